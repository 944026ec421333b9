import { isUnresolved } from "@agent-roles/iam";
import type { IndexedRole } from "./indexed-role.ts";

const kept = new WeakMap<IndexedRole, boolean>();

/**
 * Whether a part of the role's policies is not known, so that a denial of the evaluator could come from that. Kept,
 * because the master is asked about with every target.
 */
export function hasUnresolvedPolicies(role: IndexedRole): boolean {
  const known = kept.get(role) ?? search(role);
  kept.set(role, known);
  return known;
}

function search({ role, trust, identity }: IndexedRole): boolean {
  if (role.unknowns.length > 0 || isUnresolved(role.arn)) return true;
  return [...trust, ...identity].some(({ conditions, principal, action, resource }) =>
    [
      ...(principal?.values ?? []).map(({ value }) => value),
      ...(action?.values ?? []),
      ...conditions.flatMap(({ name, values }) => [name, ...values]),
      ...(resource?.values ?? []),
    ].some(isUnresolved),
  );
}
