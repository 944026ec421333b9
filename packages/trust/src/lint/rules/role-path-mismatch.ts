import { lastSegment, parseArn } from "../../arn.ts";
import { covers } from "../lint-statement.ts";
import { inEnvironment } from "../in-environment.ts";
import { resourcesOf } from "../reach.ts";
import type { Complaint, Rule } from "../rule.ts";
import { isUnresolved } from "../unresolved.ts";
import type { World } from "../world.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names */
export const rolePathMismatch: Rule = {
  id: "role-path-mismatch",
  severity: "error",
  why: "a role's ARN holds its path; without it, it is another role's",
  fix: "write the ARN with the path, as the role has it",
  *checkStatement({ principals, conditions }, _role, world) {
    for (const { type, value } of principals) if (type === "AWS") yield* mistake("principal", value, world);
    for (const { key, written, name, values } of conditions) {
      if (key !== "aws:principalarn") continue;
      for (const value of values) yield* mistake(`${written} ${name}`, value, world);
    }
  },
  *checkRole({ identity }, world) {
    for (const statement of identity) {
      if (!covers(statement, "sts:AssumeRole")) continue;
      for (const resource of resourcesOf(statement))
        yield* mistake(`${statement.source.place}: Resource`, resource, world);
    }
  },
  *checkWorld(world) {
    const { context, master } = world;
    for (const expected of context.expectedRoles ?? []) {
      for (const each of mistake(expected.variable, expected.roleArn, world))
        yield { ...each, ...inEnvironment(expected) };
    }
    if (!master || context.masterRoleArn === undefined) return;
    for (const each of mistake("the master role's ARN", context.masterRoleArn, world))
      yield { ...each, role: master.role.arn };
  },
};

function* mistake(where: string, arn: string, world: World): Iterable<Complaint> {
  if (world.byArn.has(arn)) return;
  const parsed = parseArn(arn);
  if (parsed?.service !== "iam" || !parsed.resource.startsWith("role/") || /[*?]/.test(arn) || isUnresolved(arn))
    return;
  const meant = world.byKey.get(`${parsed.account}/${lastSegment(parsed.resource)}`)?.role.arn;
  if (meant === undefined || meant === arn || isUnresolved(meant)) return;
  if (parseArn(meant)?.partition !== parsed.partition) return;
  yield { message: `${where} "${arn}": the role is ${meant}`, fix: `write ${meant}` };
}
