import { parseArn } from "@agent-roles/iam";
import type { IndexedRole } from "../indexed-role.ts";
import type { Rule, Violation } from "../rule.ts";
import { covers, principalsOf, resourcesOf } from "../statements.ts";

/** @see https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
export const partitionMismatch: Rule = {
  id: "partition-mismatch",
  severity: "error",
  why: "no principal of one partition (aws, aws-cn, aws-us-gov…) can assume a role of another",
  fix: "write the role's own partition",
  *checkStatementOf(statement, role) {
    for (const { type, value } of principalsOf(statement))
      if (type !== "Service") yield* mistake("principal", value, role);
    for (const { key, written, name, values } of statement.conditions) {
      if (key !== "aws:principalarn" && key !== "aws:sourcearn") continue;
      for (const value of values) yield* mistake(`${written} ${name}`, value, role);
    }
  },
  *checkRole(role) {
    for (const statement of role.identity) {
      if (statement.effect !== "Allow" || !covers(statement, "sts:AssumeRole")) continue;
      for (const resource of resourcesOf(statement)) yield* mistake(`the ${statement.kind}: Resource`, resource, role);
    }
  },
};

function* mistake(where: string, text: string, { arn, role }: IndexedRole): Iterable<Violation> {
  const partition = parseArn(text)?.partition;
  if (!arn || partition === undefined || partition === arn.partition) return;
  // A partition that was assumed is no mistake.
  if (role.unknowns.some(({ expression }) => expression.includes("AWS::Partition"))) return;
  if (!/^aws[a-z-]*$/.test(partition) || !/^aws[a-z-]*$/.test(arn.partition)) return;
  yield { message: `${where} "${text}" is in partition ${partition}, the role in ${arn.partition}` };
}
