import type { IndexedRole } from "./indexed-role.ts";
import type { RoleIndex } from "./role-index.ts";

/** The roles that a role can assume, by the policies of both sides. Uncertain ones are left out. */
export function* becomes(from: IndexedRole, index: RoleIndex, among?: ReadonlySet<IndexedRole>): Iterable<IndexedRole> {
  for (const to of candidates(from, index)) {
    if (among && !among.has(to)) continue;
    if (mayBecome(from, to, index)) yield to;
  }
}

/** Whether a role can become another, or itself: for certain, not only perhaps. */
export function mayBecome(from: IndexedRole, to: IndexedRole, index: RoleIndex): boolean {
  return isPlausible(from, to, index) && index.simulate(from, to).decision === "allowed";
}

/** Whether the role can become anything at all, as far as its own policies go. */
export function mayMove(from: IndexedRole, index: RoleIndex): boolean {
  return index.reach(from).patterns.length > 0 || namedIn(from, index).length > 0;
}

function* candidates(from: IndexedRole, index: RoleIndex): Iterable<IndexedRole> {
  const { accounts, patterns } = index.reach(from);
  if (patterns.length === 0) {
    // In one account a trust policy that names the role is enough.
    yield* namedIn(from, index);
    return;
  }
  if (accounts === undefined) {
    yield* index.byArn.values();
    return;
  }
  for (const account of new Set([...accounts, from.arn?.account ?? ""])) yield* index.byAccount.get(account) ?? [];
}

/** A quick test before the evaluator is asked. */
function isPlausible(from: IndexedRole, to: IndexedRole, index: RoleIndex): boolean {
  const { everybody, accounts, roles } = index.trustedBy(to);
  const account = from.arn?.account ?? "";
  const named = roles.has(from.key ?? "");
  if (!named && !everybody && !accounts.has(account)) return false;
  const direct = account === to.arn?.account && (named || everybody);
  return direct || index.reach(from).includes(to.role.arn);
}

function namedIn(from: IndexedRole, index: RoleIndex): readonly IndexedRole[] {
  return (
    index
      .namedBy()
      .get(from.key ?? "")
      ?.filter(({ arn }) => arn?.account === from.arn?.account) ?? []
  );
}
