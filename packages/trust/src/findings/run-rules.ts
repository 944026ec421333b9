import { memoize, type Statement } from "@agent-roles/iam";
import type { Finding, TrustContext, TrustRole } from "../trust-model.ts";
import type { IndexedRole } from "./indexed-role.ts";
import { buildRoleIndex, type RoleIndex } from "./role-index.ts";
import type { Rule, Violation } from "./rule.ts";
import { rules } from "./rules.ts";

/**
 * Finds errors and exposure in the trust policies of a set of roles: of each role, and of all together.
 *
 * @param context what is known beside the roles; what it leaves out is not checked.
 * @returns findings role by role, in the order of {@link rules}; none that rests on a value which is not known. Never throws,
 * whatever JSON the policies are.
 */
export function runRules(roles: readonly TrustRole[], context: TrustContext = {}): Finding[] {
  const index = buildRoleIndex(roles, context);
  const findings: Finding[] = [];
  for (const role of index.roles) for (const rule of rules) addFindings(findings, rule, role, index);
  for (const rule of rules) {
    for (const violation of rule.checkSet?.(index) ?? []) findings.push(toFinding(rule, violation, index));
  }
  return findings;
}

function addFindings(findings: Finding[], rule: Rule, role: IndexedRole, index: RoleIndex): void {
  if (rule.checkStatement || rule.checkStatementOf) {
    for (const statement of role.trust) {
      const violations = rule.checkStatementOf?.(statement, role, index) ?? checkStatement(statement).get(rule);
      if (violations === undefined) continue;
      for (const violation of violations) {
        findings.push(toFinding(rule, { statement: statement.label, ...violation }, index, role));
      }
    }
  }
  if (rule.checkRole) {
    for (const violation of rule.checkRole(role, index)) findings.push(toFinding(rule, violation, index, role));
  }
}

/** What the rules say about the statement alone. */
const checkStatement = memoize(
  (statement: Statement): ReadonlyMap<Rule, readonly Violation[]> =>
    new Map(
      rules.flatMap((rule) => {
        const violations = [...(rule.checkStatement?.(statement) ?? [])];
        return violations.length > 0 ? [[rule, violations] as const] : [];
      }),
    ),
);

function toFinding(rule: Rule, violation: Violation, { context }: RoleIndex, about?: IndexedRole): Finding {
  const { message, fix, severity, statement, role, location } = violation;
  return {
    id: rule.id,
    severity: context.severities?.[rule.id] ?? severity ?? rule.severity,
    role: role ?? about?.role.arn ?? "",
    ...(statement !== undefined && { statement }),
    message,
    fix: fix ?? rule.fix,
    location: location ?? about?.role.location ?? { file: "unknown" },
  };
}
