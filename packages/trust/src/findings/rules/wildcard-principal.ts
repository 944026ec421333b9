import { othersAreDenied } from "../principal-constraints.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, isEveryone, principalsOf } from "../statements.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous */
export const wildcardPrincipal: Rule = {
  id: "wildcard-principal",
  severity: "critical",
  why: "anyone in the index may assume the role",
  fix: "name the role or the account that has to assume it",
  *checkStatement(statement, role) {
    if (!allowsAssuming(statement) || statement.conditions.length > 0) return;
    if (!principalsOf(statement).some(isEveryone) || othersAreDenied(statement, role.trust)) return;
    yield { message: 'Principal "*" without a condition: everybody with an AWS account may assume the role' };
  },
};
