import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
export const unknownValue: Rule = {
  id: "unknown-value",
  severity: "info",
  why: "what depends on the value was not checked",
  fix: "write the value out, give the parameter a default, or check the deployed role",
  *checkRole({ role }) {
    for (const { path, expression, assumed } of role.unknowns) {
      yield { message: `${path}: ${expression} cannot be resolved offline; assumed: ${assumed}` };
    }
  },
};
