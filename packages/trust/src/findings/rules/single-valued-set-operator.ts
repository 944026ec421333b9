import { MULTIVALUED } from "@agent-roles/iam";
import type { Rule } from "../rule.ts";

/** Keys whose values are not known here to be one or several. */
const MAY_BE_MULTIVALUED =
  /^aws:(?:calledvia|principalservicenameslist|sourceorgpaths|vpceorgpaths)$|^sts:requestcontextproviders$/;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html */
export const singleValuedSetOperator: Rule = {
  id: "single-valued-set-operator",
  severity: "error",
  why: "the key has one value; with a set operator a request without the key is judged otherwise than meant",
  fix: "take the set operator off",
  *checkStatement({ conditions }) {
    for (const { qualifier, key, name, written } of conditions) {
      if (!qualifier) continue;
      if (!/^(?:aws|sts):/.test(key) || MULTIVALUED.has(key) || MAY_BE_MULTIVALUED.test(key)) continue;
      yield {
        message: `${written} ${name}: the key has a single value`,
        fix: `write ${written.slice(written.indexOf(":") + 1)}`,
      };
    }
  },
};
