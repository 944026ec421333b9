import type { LintRole } from "./lint-role.ts";
import { isUnresolved } from "./unresolved.ts";

const kept = new WeakMap<LintRole, boolean>();

/**
 * Whether a part of the role's policies is not known, so that a refusal of the evaluator may come from that. Kept,
 * because the master is asked about with every target.
 */
export function hasUnresolvedPolicies(role: LintRole): boolean {
  const known = kept.get(role) ?? search(role);
  kept.set(role, known);
  return known;
}

function search({ role, trust, identity }: LintRole): boolean {
  if (role.unknowns.length > 0 || isUnresolved(role.arn)) return true;
  return [...trust, ...identity].some(({ conditions, principals, actions, elements }) =>
    [
      ...principals.map(({ value }) => value),
      ...actions,
      ...conditions.flatMap(({ name, values }) => [name, ...values]),
      ...[elements["Resource"], elements["NotResource"]].flat(),
    ].some((text) => typeof text === "string" && isUnresolved(text)),
  );
}
