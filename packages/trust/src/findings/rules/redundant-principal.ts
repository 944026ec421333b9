import { isUnresolved, lastSegment, type Principal } from "@agent-roles/iam";
import type { Rule } from "../rule.ts";
import { principalsOf } from "../statements.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html */
export const redundantPrincipal: Rule = {
  id: "redundant-principal",
  severity: "info",
  why: "another principal of the statement includes the same callers",
  fix: "remove the narrower one, or the wider one if only the narrower was intended",
  *checkStatement(statement) {
    if (statement.effect !== "Allow") return;
    const principals = principalsOf(statement);
    const seen = new Set<string>();
    for (const principal of principals) {
      const name = `${principal.type} ${principal.wholeAccount ? String(principal.account) : principal.value}`;
      const wider = seen.has(name)
        ? principal
        : principals.find((other) => other !== principal && includes(other, principal));
      seen.add(name);
      if (wider && !isUnresolved(wider.value)) {
        yield { message: `principal "${principal.value}" is already included in "${wider.value}"` };
      }
    }
  },
};

function includes(wide: Principal, narrow: Principal): boolean {
  if (wide.type !== "AWS" || narrow.type !== "AWS" || narrow.wholeAccount || !narrow.account) return false;
  if (wide.account !== narrow.account) return false;
  if (wide.wholeAccount) return true;
  const session = /^assumed-role\/([^/]+)\/[^/]+$/.exec(narrow.arn?.resource ?? "");
  return (
    session !== null && wide.arn?.resource.startsWith("role/") === true && lastSegment(wide.arn.resource) === session[1]
  );
}
