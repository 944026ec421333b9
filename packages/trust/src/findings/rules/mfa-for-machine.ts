import { type Condition, parseArn, type Principal, type Statement } from "@agent-roles/iam";
import { isDemand, isPresenceGuard } from "../conditions.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, principalsOf } from "../statements.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html */
export const mfaForMachine: Rule = {
  id: "mfa-for-machine",
  severity: "medium",
  why: "an agent cannot present MFA, and a role's session does not inherit it: no machine gets in",
  fix: "remove the MFA condition for machines; use aws:PrincipalArn, an external ID or a source identity instead",
  *checkStatementOf(statement, role, { targets }) {
    if (!allowsAssuming(statement)) return;
    const entry = statement.conditions.find(demandsMfa);
    if (!entry || !(targets().has(role) || onlyMachines(statement))) return;
    yield { message: `${entry.written} ${entry.name} requires MFA of machines` };
  },
};

/** With IfExists, too: a role's session always has the key, and its value is false. */
function demandsMfa(condition: Condition): boolean {
  const { key, operator, values } = condition;
  const isAge = key === "aws:multifactorauthage";
  if (isAge && isPresenceGuard(condition)) return true;
  if (!operator || operator.type === "presence" || operator.negated) return false;
  if (isAge) return true;
  return key === "aws:multifactorauthpresent" && values.every((value) => value.toLowerCase() === "true");
}

function onlyMachines(statement: Statement): boolean {
  const principals = principalsOf(statement);
  const { conditions } = statement;
  const arns = conditions.filter((entry) => entry.key === "aws:principalarn" && isDemand(entry));
  if (arns.some(({ values }) => values.length > 0 && values.every(isRole))) return true;
  return principals.length > 0 && principals.every(isMachine);
}

function isMachine({ type, value }: Principal): boolean {
  return type === "Service" || (type === "AWS" && (isRole(value) || value.includes(":assumed-role/")));
}

function isRole(arn: string): boolean {
  return parseArn(arn)?.resource.startsWith("role/") === true;
}
