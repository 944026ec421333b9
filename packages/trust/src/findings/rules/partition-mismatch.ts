import { parseArn } from "@agent-roles/iam";
import type { IndexedRole } from "../indexed-role.ts";
import type { Rule, Violation } from "../rule.ts";
import { assumableArns, namedArns } from "../statements.ts";

/** @see https://docs.aws.amazon.com/whitepapers/latest/aws-fault-isolation-boundaries/partitions.html */
export const partitionMismatch: Rule = {
  id: "partition-mismatch",
  severity: "error",
  why: "no principal of one partition (aws, aws-cn, aws-us-gov…) can assume a role of another",
  fix: "write the role's own partition",
  *checkStatementOf(statement, role) {
    const named = namedArns(statement, ["aws:principalarn", "aws:sourcearn"]);
    for (const [where, arn] of named) yield* mistake(where, arn, role);
  },
  *checkRole(role) {
    const allowing = role.identity.filter(({ effect }) => effect === "Allow");
    for (const [where, arn] of assumableArns(allowing)) yield* mistake(where, arn, role);
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
