import { isUnresolved } from "@agent-roles/iam";
import type { IndexedRole } from "./indexed-role.ts";
import { memoize } from "./memoize.ts";

/**
 * Whether a part of the role's policies is not known, so that a denial of the evaluator could come from that. Kept,
 * because the master is asked about with every target.
 */
export const hasUnresolvedPolicies: (role: IndexedRole) => boolean = memoize(({ role, trust, identity }) => {
  if (role.unknowns.length > 0 || isUnresolved(role.arn)) return true;
  return [...trust, ...identity].some(({ conditions, principal, action, resource }) =>
    [
      ...(principal?.values ?? []).map(({ value }) => value),
      ...(action?.values ?? []),
      ...conditions.flatMap(({ name, values }) => [name, ...values]),
      ...(resource?.values ?? []),
    ].some(isUnresolved),
  );
});
