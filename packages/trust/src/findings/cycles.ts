import { becomes, mayBecome, mayMove } from "./assumable-roles.ts";
import type { IndexedRole } from "./indexed-role.ts";
import type { RoleIndex } from "./role-index.ts";

/**
 * The groups of two or more roles in which each can assume each, through the others (Kosaraju's strongly connected components). A
 * role that was reached is not visited again, so that even a set where every role can assume every role takes about one lookup per
 * role.
 */
export function findCycles(index: RoleIndex): readonly (readonly IndexedRole[])[] {
  // A role that can become nothing is in no cycle; most are such.
  const movers = new Set(index.roles.filter((role) => role.arn !== undefined && mayMove(role, index)));
  const finished: IndexedRole[] = [];
  const unseen = new Set(movers);
  for (const start of movers) walk(start, unseen, (role, among) => becomes(role, index, among), finished);
  const components: IndexedRole[][] = [];
  const unassigned = new Set(movers);
  for (const start of finished.toReversed()) {
    const component: IndexedRole[] = [];
    walk(start, unassigned, (role, among) => sourcesOf(role, index, among), component);
    if (component.length > 1) components.push(component.toReversed());
  }
  return components;
}

function* sourcesOf(to: IndexedRole, index: RoleIndex, among: ReadonlySet<IndexedRole>): Iterable<IndexedRole> {
  for (const from of among) if (mayBecome(from, to, index)) yield from;
}

/** Depth first without recursion; roles are appended when all that they lead to is done. */
function walk(
  start: IndexedRole,
  unseen: Set<IndexedRole>,
  next: (role: IndexedRole, unseen: ReadonlySet<IndexedRole>) => Iterable<IndexedRole>,
  finished: IndexedRole[],
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
