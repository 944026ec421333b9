import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_String */
export const wildcardWithoutLike: Rule = {
  id: "wildcard-without-like",
  severity: "error",
  why: "this operator compares * literally",
  fix: "use StringLike, or write the value out",
  *checkStatement({ conditions }) {
    for (const { operator, written, name, key, values } of conditions) {
      if (operator?.type !== "string" || operator.wildcards) continue;
      for (const value of values) {
        // `${*}` writes the character itself, and means it.
        if (!value.replaceAll(/\$\{[^}]*\}/g, "").includes("*")) continue;
        const shown = key === "sts:externalid" ? "a value" : `"${value}"`;
        yield {
          message: `${written} ${name}: ${shown} has a *, which is compared literally`,
          fix: `write ${written.replace(/Equals(?:IgnoreCase)?/i, "Like")}, or the value without *`,
        };
      }
    }
  },
};
