import type { Statement } from "@agent-roles/iam";
import { letsIn, strangers } from "../example-callers.ts";
import type { IndexedRole } from "../indexed-role.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, isEveryone, principalsOf } from "../statements.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-anonymous */
export const wildcardPrincipal: Rule = {
  id: "wildcard-principal",
  severity: "critical",
  why: "anyone in the world can assume the role",
  fix: "name the role that must assume it, or its account with ArnEquals aws:PrincipalArn",
  *checkStatementOf(statement, role) {
    if (statement.conditions.length > 0 || !isOpen(statement, role)) return;
    yield { message: 'Principal "*" without a condition: everyone with an AWS account can assume the role' };
  },
};

/** Whether a stranger is let in by a wildcard principal. */
export function isOpen(statement: Statement, role: IndexedRole): boolean {
  if (!allowsAssuming(statement) || !principalsOf(statement).some(isEveryone)) return false;
  return letsIn(role, statement, strangers(role, statement));
}
