import { knownRegions } from "@agent-roles/manifest";
import { isRegion, partitionOf } from "@agent-roles/runtime/role-env";
import { InfraError } from "./infra-error.ts";

/**
 * The Region of the stacks: the wanted one, or the partition's default. IAM itself is global in a partition.
 *
 * @throws {InfraError} `InvalidRegion` for a Region of another partition, or no Region.
 */
export function deployRegion(partition: string, wanted: string | undefined): string {
  const fallback = knownRegions(partition)[0] ?? "us-east-1";
  if (!wanted) return fallback;
  const fix = `use a Region of partition ${partition}, such as ${fallback}: set AWS_REGION, or pass --region (with cdk: -c region=${fallback})`;
  const fail = (message: string): InfraError => new InfraError("InvalidRegion", [{ path: "region", message, fix }]);
  if (!isRegion(wanted)) throw fail(`"${wanted}" is not a Region`);
  const found = partitionOf(wanted);
  if (found !== partition) throw fail(`"${wanted}" is in partition ${found}, the manifest in ${partition}`);
  return wanted;
}
