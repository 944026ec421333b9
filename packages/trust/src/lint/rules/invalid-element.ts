import { namesAwsLacks } from "../names-aws-lacks.ts";
import type { Rule } from "../rule.ts";
import { isUnresolved } from "../unresolved.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html */
export const invalidElement: Rule = {
  id: "invalid-element",
  severity: "error",
  why: "AWS rejects the policy, so the role cannot be created or changed",
  fix: "correct or remove it; a trust policy takes Sid, Effect, Principal, Action and Condition, and is about its role alone",
  *checkStatement(statement) {
    const { defect, elements } = statement;
    if (defect !== undefined) {
      // What is not known offline may well be right.
      if (!isUnresolved(defect)) yield { message: `AWS rejects it: ${defect}` };
      return;
    }
    const { Principal: principal, NotPrincipal: notPrincipal, Action: action, NotAction: notAction } = elements;
    if (action !== undefined && notAction !== undefined) {
      yield { message: "AWS rejects it: it has both Action and NotAction" };
    }
    if (principal !== undefined && notPrincipal !== undefined) {
      yield { message: "AWS rejects it: it has both Principal and NotPrincipal" };
    }
    yield* namesAwsLacks(statement);
  },
};
