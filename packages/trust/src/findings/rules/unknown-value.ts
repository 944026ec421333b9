import { groupBy } from "@agent-roles/iam";
import type { UnknownValue } from "../../trust-model.ts";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
export const unknownValue: Rule = {
  id: "unknown-value",
  severity: "info",
  why: "what depends on the value is not checked",
  fix: "write the value out, add the file that defines it, or check the deployed role with --live",
  *checkRole({ role }) {
    for (const unknown of role.unknowns.filter(decides)) {
      const { path, expression, cause } = unknown;
      const fix = typeof cause === "object" && { fix: `pass --parameter ${cause.parameter}=VALUE` };
      yield {
        severity: "medium",
        message: `${path}: ${expression} is not known offline, and decides the trust`,
        ...fix,
      };
    }
  },
  // Each once: an import or a default is in many roles.
  *checkSet({ roles }) {
    const notes = roles.flatMap(({ role }) =>
      role.unknowns.filter((each) => each.cause !== "deployment" && !decides(each)).map((each) => ({ ...each, role })),
    );
    for (const [, group] of groupBy(notes, ({ expression, assumed }) => `${expression}\n${assumed}`)) {
      const [first] = group;
      if (first === undefined) continue;
      const { expression, assumed, role } = first;
      const count = new Set(group.map((each) => each.role)).size;
      const where = count === 1 ? "" : ` (in ${count} roles)`;
      const message = `${expression} is not known offline; assumed: ${assumed}${where}`;
      yield { role: role.arn, location: role.location, message };
    }
  },
};

/** Whether it is a part of the trust policy that matters, or all of it, and nothing is taken in its place. */
function decides({ path, cause }: UnknownValue): boolean {
  const isOpen = cause === undefined || typeof cause === "object";
  return isOpen && /^trustPolicy\b/u.test(path) && !/\.(?:Version|Id|Sid)$/u.test(path);
}
