import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn */
export const sessionArnInPrincipalArn: Rule = {
  id: "session-arn-in-principal-arn",
  severity: "error",
  why: "aws:PrincipalArn is the role's ARN; a session's never matches",
  fix: "write the role's ARN, arn:aws:iam::<account>:role/<path><name>; a single session belongs into Principal or aws:userid",
  *checkStatement({ conditions }) {
    for (const { key, written, name, values } of conditions) {
      if (key !== "aws:principalarn") continue;
      for (const value of values) {
        if (/^arn:[^:]*:sts:[^:]*:[^:]*:assumed-role\//.test(value)) {
          yield { message: `${written} ${name} "${value}" is a session's ARN, the key holds the role's` };
        }
      }
    }
  },
};
