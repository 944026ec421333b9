import type { Rule } from "../rule.ts";
import { allowsAssuming } from "../statements.ts";

/** Keys that every call has, so that a negation of theirs is decided by a value. */
const ALWAYS_THERE = new Set(["aws:principalarn", "aws:principalaccount", "aws:principaltype", "sts:rolesessionname"]);

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
export const negatedOnlyCondition: Rule = {
  id: "negated-only-condition",
  severity: "high",
  why: "a negated operator is true when the request does not have the key",
  fix: "require the key with a positive operator, and exclude others with a Deny statement",
  *checkStatement(statement) {
    const { conditions } = statement;
    if (!allowsAssuming(statement) || conditions.length === 0) return;
    if (!conditions.every((entry) => entry.operator?.negated === true && !ALWAYS_THERE.has(entry.key))) return;
    const shown = conditions.map(({ written, name }) => `${written} ${name}`).join(", ");
    yield { message: `${shown}: a request without the key passes, and nothing else is required` };
  },
};
