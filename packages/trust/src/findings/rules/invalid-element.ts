import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export const invalidElement: Rule = {
  id: "invalid-element",
  severity: "error",
  why: "AWS rejects the policy, so the role cannot be created or changed",
  fix: "correct or remove it; a trust policy has Sid, Effect, Principal, Action and Condition, and concerns its role alone",
  *checkRole({ defects }) {
    for (const { message, fix, statement } of defects) {
      yield { message: `AWS rejects it: ${message}`, ...(fix !== undefined && { fix }), statement };
    }
  },
};
