import type { LintRole } from "./lint-role.ts";
import type { World } from "./world.ts";

/** The roles that a role can become, by both policies. Those that cannot be told offline are left out. */
export function* becomes(from: LintRole, world: World, among?: ReadonlySet<LintRole>): Iterable<LintRole> {
  for (const to of candidates(from, world)) {
    if (among && !among.has(to)) continue;
    if (mayBecome(from, to, world)) yield to;
  }
}

/** Whether a role can become another, or itself: for certain, not only perhaps. */
export function mayBecome(from: LintRole, to: LintRole, world: World): boolean {
  return isPlausible(from, to, world) && world.ask(from, to).decision === "allowed";
}

/** Whether the role can become anything at all, as far as its own policies go. */
export function mayMove(from: LintRole, world: World): boolean {
  return world.reach(from).patterns.length > 0 || namedIn(from, world).length > 0;
}

function* candidates(from: LintRole, world: World): Iterable<LintRole> {
  const { accounts, patterns } = world.reach(from);
  if (patterns.length === 0) {
    // In one account a trust policy that names the role is enough.
    yield* namedIn(from, world);
    return;
  }
  if (accounts === undefined) {
    yield* world.byArn.values();
    return;
  }
  for (const account of new Set([...accounts, from.arn?.account ?? ""])) yield* world.byAccount.get(account) ?? [];
}

/** What can be told without asking the evaluator. */
function isPlausible(from: LintRole, to: LintRole, world: World): boolean {
  const { everybody, accounts, roles } = world.trustedBy(to);
  const account = from.arn?.account ?? "";
  const named = roles.has(from.key ?? "");
  if (!named && !everybody && !accounts.has(account)) return false;
  const direct = account === to.arn?.account && (named || everybody);
  return direct || world.reach(from).includes(to.role.arn);
}

function namedIn(from: LintRole, world: World): readonly LintRole[] {
  return (
    world
      .namedBy()
      .get(from.key ?? "")
      ?.filter(({ arn }) => arn?.account === from.arn?.account) ?? []
  );
}
