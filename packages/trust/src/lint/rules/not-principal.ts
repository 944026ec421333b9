import type { Rule } from "../rule.ts";
import { quote } from "../../json.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html */
export const notPrincipal: Rule = {
  id: "not-principal",
  severity: "critical",
  why: "NotPrincipal means everybody else, and AWS rejects it in a trust policy",
  fix: "name who may in Principal; keep others out with a Deny and ArnNotEquals aws:PrincipalArn",
  *checkStatement({ elements }) {
    const { NotPrincipal: excluded } = elements;
    if (excluded !== undefined) yield { message: `NotPrincipal ${quote(excluded)} means everybody else` };
  },
};
