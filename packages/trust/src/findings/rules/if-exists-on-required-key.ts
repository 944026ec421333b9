import { isDemand, isPresenceGuard } from "../conditions.ts";
import type { Rule } from "../rule.ts";

/** Keys that say who calls or for which customer, and that a request can lack. */
const REQUIRED = new Set([
  "sts:externalid",
  "aws:principalorgid",
  "aws:principalorgpaths",
  "aws:sourceaccount",
  "aws:sourcearn",
  "aws:sourceorgid",
  "aws:sourceorgpaths",
  "aws:multifactorauthpresent",
  "aws:multifactorauthage",
]);
const REQUIRED_KIND =
  /^aws:principaltag\/|^(?!aws:|sts:|saml:doc)[^:]+:(?:sub|aud|oaud|amr|app_id|repository|repository_id|job_workflow_ref)$/;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IfExists */
export const ifExistsOnRequiredKey: Rule = {
  id: "if-exists-on-required-key",
  severity: "high",
  why: "a request without the key passes",
  fix: "remove IfExists from the operator",
  *checkStatement({ effect, conditions }) {
    if (effect !== "Allow") return;
    for (const entry of conditions) {
      const { operator, ifExists, key, name, written } = entry;
      if (!operator || operator.negated || !ifExists) continue;
      if (!REQUIRED.has(key) && !REQUIRED_KIND.test(key)) continue;
      if (conditions.some((other) => other.key === key && (isPresenceGuard(other) || isDemand(other)))) continue;
      yield {
        message: `${written} ${name} is true for a request without ${name}`,
        fix: `write ${written.slice(0, -8)}`,
      };
    }
  },
};
