import type { LintRole } from "./lint-role.ts";
import { isUnresolved } from "./unresolved.ts";

/** Whether a part of the role's policies is not known, so that a refusal of the evaluator may come from that. */
export function hasUnresolvedPolicies({ role, trust, identity }: LintRole): boolean {
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
