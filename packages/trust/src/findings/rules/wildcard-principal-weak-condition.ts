import type { Rule } from "../rule.ts";
import { isOpen } from "./wildcard-principal.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous */
export const wildcardPrincipalWeakCondition: Rule = {
  id: "wildcard-principal-weak-condition",
  severity: "high",
  why: "the condition of the wildcard also holds for callers of other accounts and organizations",
  fix: "name the account as principal with ArnEquals aws:PrincipalArn, or require aws:PrincipalOrgID, aws:PrincipalAccount or aws:PrincipalArn",
  *checkStatementOf(statement, role) {
    if (statement.conditions.length === 0 || !isOpen(statement, role)) return;
    const shown = statement.conditions.map(({ written, name }) => `${written} ${name}`).join(", ");
    yield { message: `Principal "*" with ${shown}: that holds for callers of any account` };
  },
};
