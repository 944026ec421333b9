import { isRegion } from "@agent-roles/runtime/role-env";
import { InfraError } from "./infra-error.ts";

/** Where stacks are kept when nobody says; IAM itself is global in a partition. */
const DEFAULT_REGIONS: Readonly<Record<string, string>> = {
  aws: "us-east-1",
  "aws-cn": "cn-north-1",
  "aws-us-gov": "us-gov-west-1",
  "aws-eusc": "eusc-de-east-1",
  "aws-iso": "us-iso-east-1",
  "aws-iso-b": "us-isob-east-1",
  "aws-iso-e": "eu-isoe-west-1",
  "aws-iso-f": "us-isof-south-1",
};

/** How Regions of each partition but `aws` begin. */
const REGION_SHAPES: readonly (readonly [string, RegExp])[] = [
  ["aws-cn", /^cn-/],
  ["aws-us-gov", /^us-gov-/],
  ["aws-eusc", /^eusc-/],
  ["aws-iso", /^us-iso-/],
  ["aws-iso-b", /^us-isob-/],
  ["aws-iso-e", /^eu-isoe-/],
  ["aws-iso-f", /^us-isof-/],
];

/**
 * The Region that keeps the stacks: the wanted one, or the partition's first.
 *
 * @throws {InfraError} `InvalidRegion` for what is no Region, or one of another partition.
 */
export function deployRegion(partition: string, wanted: string | undefined): string {
  const fallback = DEFAULT_REGIONS[partition] ?? "us-east-1";
  if (!wanted) return fallback;
  const fix = `set AWS_REGION to one of partition ${partition}, such as ${fallback}, or pass -c region=${fallback}`;
  const fail = (message: string): InfraError => new InfraError("InvalidRegion", [{ subject: "region", message, fix }]);
  if (!isRegion(wanted)) throw fail(`"${wanted}" is not a Region`);
  const found = REGION_SHAPES.find(([, shape]) => shape.test(wanted))?.[0] ?? "aws";
  if (found !== partition) throw fail(`"${wanted}" is in partition ${found}, the manifest in ${partition}`);
  return wanted;
}
