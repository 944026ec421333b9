import { allowsAssuming } from "../lint-statement.ts";
import { isEverybody } from "../principals.ts";
import type { Rule } from "../rule.ts";
import { othersAreDenied } from "../who-is-bound.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous */
export const wildcardPrincipal: Rule = {
  id: "wildcard-principal",
  severity: "critical",
  why: "anyone in the world may assume the role",
  fix: "name the role or the account that has to assume it",
  *checkStatement(statement, role) {
    if (!allowsAssuming(statement) || statement.conditions.length > 0) return;
    if (!statement.principals.some(isEverybody) || othersAreDenied(statement, role.trust)) return;
    yield { message: 'Principal "*" without a condition: everybody with an AWS account may assume the role' };
  },
};
