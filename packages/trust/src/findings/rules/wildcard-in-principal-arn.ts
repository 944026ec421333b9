import type { Rule } from "../rule.ts";
import { isEveryone, principalsOf } from "../statements.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
export const wildcardInPrincipalArn: Rule = {
  id: "wildcard-in-principal-arn",
  severity: "error",
  why: "AWS accepts no wildcard within a principal; it never matches",
  fix: "name the account as principal and add ArnLike aws:PrincipalArn with the pattern",
  *checkStatement(statement) {
    for (const principal of principalsOf(statement)) {
      const { type, value } = principal;
      if (isEveryone(principal) || !/[*?]/.test(value)) continue;
      yield {
        message: `${type} principal "${value}" matches nothing: AWS accepts no wildcard within a principal`,
      };
    }
  },
};
