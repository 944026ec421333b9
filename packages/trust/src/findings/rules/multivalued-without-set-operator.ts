import { isMultivalued } from "@agent-roles/iam";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html */
export const multivaluedWithoutSetOperator: Rule = {
  id: "multivalued-without-set-operator",
  severity: "error",
  why: "the key can have several values, and without a set operator AWS does not say how they compare",
  fix: "write ForAnyValue: or ForAllValues: before the operator",
  *checkStatement({ conditions }) {
    for (const entry of conditions) {
      const { operator, qualifier, key, name, written } = entry;
      if (!operator || operator.type === "presence" || qualifier || !isMultivalued(key)) continue;
      const set = operator.negated ? "ForAllValues" : "ForAnyValue";
      yield { message: `${written} ${name}: the key can have several values`, fix: `write ${set}:${written}` };
    }
  },
};
