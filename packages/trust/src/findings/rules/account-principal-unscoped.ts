import { bindsPrincipal } from "../principal-constraints.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, principalsOf } from "../statements.ts";

/** A parameter without a value: whoever deploys can write an account ID. */
const PARAMETER = /^\$\{\w+\}$/;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts */
export const accountPrincipalUnscoped: Rule = {
  id: "account-principal-unscoped",
  severity: "medium",
  why: "whoever in the account has a policy for it may assume the role",
  fix: "add ArnEquals aws:PrincipalArn with the ARN of the role that has to assume it",
  *checkStatement(statement) {
    if (!allowsAssuming(statement) || bindsPrincipal(statement)) return;
    for (const { type, wholeAccount, value } of principalsOf(statement)) {
      if (wholeAccount)
        yield { message: `principal "${value}" is a whole account, and no condition narrows it to an ARN` };
      else if (type === "AWS" && PARAMETER.test(value)) {
        yield { message: `principal "${value}" can be a whole account, and no condition narrows it to an ARN` };
      }
    }
  },
};
