import { becomes, mayBecome, mayMove } from "./becoming.ts";
import type { LintRole } from "./lint-role.ts";
import type { World } from "./world.ts";

/**
 * The groups of two or more roles of which each can become each, by way of the others (Kosaraju's strongly connected
 * components). A role that was reached is never asked about again, so that even a set where everything may become
 * everything takes about one question a role.
 */
export function findCycles(world: World): readonly (readonly LintRole[])[] {
  // A role that can become nothing is in no cycle; most are such.
  const movers = new Set(world.roles.filter((role) => role.arn !== undefined && mayMove(role, world)));
  const finished: LintRole[] = [];
  const unseen = new Set(movers);
  for (const start of movers) walk(start, unseen, (role, among) => becomes(role, world, among), finished);
  const components: LintRole[][] = [];
  const unassigned = new Set(movers);
  for (const start of finished.toReversed()) {
    const component: LintRole[] = [];
    walk(start, unassigned, (role, among) => sourcesOf(role, world, among), component);
    if (component.length > 1) components.push(component.toReversed());
  }
  return components;
}

function* sourcesOf(to: LintRole, world: World, among: ReadonlySet<LintRole>): Iterable<LintRole> {
  for (const from of among) if (mayBecome(from, to, world)) yield from;
}

/** Depth first without recursion; roles are appended when all that they lead to is done. */
function walk(
  start: LintRole,
  unseen: Set<LintRole>,
  next: (role: LintRole, unseen: ReadonlySet<LintRole>) => Iterable<LintRole>,
  finished: LintRole[],
): void {
  if (!unseen.delete(start)) return;
  const path = [{ role: start, ways: next(start, unseen)[Symbol.iterator]() }];
  for (let top = path.at(-1); top; top = path.at(-1)) {
    const way = top.ways.next();
    if (way.done) {
      finished.push(top.role);
      path.pop();
    } else if (unseen.delete(way.value)) {
      path.push({ role: way.value, ways: next(way.value, unseen)[Symbol.iterator]() });
    }
  }
}
