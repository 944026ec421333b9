import { partitionOf } from "@agent-roles/runtime/role-env";
import { placeholder } from "../placeholder.ts";
import { type Scope, unknown } from "../scope.ts";

/**
 * A pseudo parameter, as far as the stack's environment is known.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
 */
export function pseudoParameter(name: string, at: string, scope: Scope): unknown {
  const { account, region, stackName } = scope.stack.source;
  const known = new Map([
    ["AWS::AccountId", account],
    ["AWS::Region", region],
    ["AWS::StackName", stackName],
  ]).get(name);
  if (known !== undefined) return known;
  if (name === "AWS::Partition") return stackPartition(at, scope);
  if (name === "AWS::URLSuffix") return suffixes.get(stackPartition(at, scope)) ?? "amazonaws.com";
  const assumed = name === "AWS::AccountId" ? "one account, the same for all sources without an account" : "nothing";
  return unknown(scope, at, { Ref: name }, assumed, placeholder(name), "deployment");
}

/** The partition of the stack: its own, else its region's, else `aws`, which is noted. */
export function stackPartition(at: string, scope: Scope): string {
  const { partition, region } = scope.stack.source;
  if (partition !== undefined) return partition;
  if (region === undefined) return unknown(scope, at, { Ref: "AWS::Partition" }, "aws", "aws", "deployment");
  return partitionOf(region);
}

/** Those that differ. @see https://docs.aws.amazon.com/general/latest/gr/rande.html */
const suffixes: ReadonlyMap<string, string> = new Map([
  ["aws-cn", "amazonaws.com.cn"],
  ["aws-iso", "c2s.ic.gov"],
  ["aws-iso-b", "sc2s.sgov.gov"],
  ["aws-iso-e", "cloud.adc-e.uk"],
  ["aws-iso-f", "csp.hci.ic.gov"],
  ["aws-eusc", "amazonaws.eu"],
]);
