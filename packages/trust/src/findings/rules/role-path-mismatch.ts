import { isUnresolved, parseArn } from "@agent-roles/iam";
import { roleKey } from "../../access/callers.ts";
import type { RoleIndex } from "../role-index.ts";
import { inEnvironment, type Rule, type Violation } from "../rule.ts";
import { assumableArns, namedArns } from "../statements.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names */
export const rolePathMismatch: Rule = {
  id: "role-path-mismatch",
  severity: "error",
  why: "a role's ARN includes its path; without the path it is another role's ARN",
  fix: "write the ARN with the role's path",
  *checkStatementOf(statement, _role, index) {
    for (const [where, arn] of namedArns(statement, ["aws:principalarn"])) yield* mistake(where, arn, index);
  },
  *checkRole({ identity }, index) {
    for (const [where, arn] of assumableArns(identity)) yield* mistake(where, arn, index);
  },
  *checkSet(index) {
    const { context, master } = index;
    for (const expected of context.expectedRoles ?? []) {
      for (const each of mistake(expected.variable, expected.roleArn, index))
        yield { ...each, ...inEnvironment(expected) };
    }
    if (!master || context.masterRoleArn === undefined) return;
    for (const each of mistake("the master role's ARN", context.masterRoleArn, index))
      yield { ...each, role: master.role.arn };
  },
};

/** Roles that AWS creates, with the path that it gives them. */
const MANAGED_PATHS: readonly (readonly [name: RegExp, path: string])[] = [
  [/^role\/AWSReservedSSO_/, "aws-reserved/sso.amazonaws.com/*"],
  [/^role\/AWSServiceRoleFor/, "aws-service-role/<service>.amazonaws.com/"],
];

function* mistake(where: string, arn: string, index: RoleIndex): Iterable<Violation> {
  if (index.byArn.has(arn)) return;
  const resource = parseArn(arn)?.resource ?? "";
  for (const [name, path] of MANAGED_PATHS) {
    if (!name.test(resource)) continue;
    const meant = arn.replace(resource, resource.replace("role/", `role/${path}`));
    yield { message: `${where} "${arn}": AWS creates such roles with the path ${path}`, fix: `write ${meant}` };
  }
  const parsed = parseArn(arn);
  if (parsed?.service !== "iam" || !parsed.resource.startsWith("role/") || /[*?]/.test(arn) || isUnresolved(arn))
    return;
  const meant = index.byKey.get(roleKey(arn) ?? "")?.role.arn;
  if (meant === undefined || meant === arn || isUnresolved(meant)) return;
  if (parseArn(meant)?.partition !== parsed.partition) return;
  yield { message: `${where} "${arn}": the role is ${meant}`, fix: `write ${meant}` };
}
