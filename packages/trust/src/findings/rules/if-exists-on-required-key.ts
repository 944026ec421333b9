import { isDemand, isPresenceGuard } from "../conditions.ts";
import { AUDIENCE, SUBJECT } from "../oidc.ts";
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
const CLAIMS = new Set([...SUBJECT, ...AUDIENCE, "amr"]);

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
      const isClaim = !/^(?:aws|sts|iam):/.test(key) && CLAIMS.has(key.slice(key.lastIndexOf(":") + 1));
      if (!REQUIRED.has(key) && !key.startsWith("aws:principaltag/") && !isClaim) continue;
      if (conditions.some((other) => other.key === key && (isPresenceGuard(other) || isDemand(other)))) continue;
      yield {
        message: `${written} ${name} is true for a request without ${name}`,
        fix: `write ${written.slice(0, -8)}`,
      };
    }
  },
};
