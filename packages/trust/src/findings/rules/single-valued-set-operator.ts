import { isMultivalued } from "@agent-roles/iam";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html */
export const singleValuedSetOperator: Rule = {
  id: "single-valued-set-operator",
  severity: "error",
  why: "the key has one value; a set operator changes the result for a request without the key",
  fix: "remove the set operator",
  *checkStatement({ conditions }) {
    for (const { qualifier, key, name, written } of conditions) {
      if (!qualifier) continue;
      if (!/^(?:aws|sts):/.test(key) || isMultivalued(key)) continue;
      yield {
        message: `${written} ${name}: the key has a single value`,
        fix: `write ${written.slice(written.indexOf(":") + 1)}`,
      };
    }
  },
};
