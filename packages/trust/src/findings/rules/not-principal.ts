import { quote } from "@agent-roles/iam";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html */
export const notPrincipal: Rule = {
  id: "not-principal",
  severity: "critical",
  why: "NotPrincipal means everyone else, and AWS rejects it in a trust policy",
  fix: "name the callers in Principal; exclude others with a Deny and ArnNotEquals aws:PrincipalArn",
  *checkStatement({ principal }) {
    if (principal?.negated) yield { message: `NotPrincipal ${quote(principal.written)} means everyone else` };
  },
};
