import { bindsIdentity, othersAreDenied } from "../principal-constraints.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, isEveryone, principalsOf } from "../statements.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous */
export const wildcardPrincipalWeakCondition: Rule = {
  id: "wildcard-principal-weak-condition",
  severity: "high",
  why: "the condition of the wildcard does not bind who calls",
  fix: "name the account as principal, or demand aws:PrincipalOrgID, aws:PrincipalAccount or aws:PrincipalArn",
  *checkStatement(statement, role) {
    if (!allowsAssuming(statement) || statement.conditions.length === 0) return;
    if (!principalsOf(statement).some(isEveryone)) return;
    if (bindsIdentity(statement) || othersAreDenied(statement, role.trust)) return;
    const told = statement.conditions.map(({ written, name }) => `${written} ${name}`).join(", ");
    yield { message: `Principal "*" with ${told}: that holds for callers of any account` };
  },
};
