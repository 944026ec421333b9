import type { Tags } from "@agent-roles/manifest";
import type { CfnTag } from "aws-cdk-lib";

/** Tags as CloudFormation writes them. */
export function cfnTags(tags: Tags): CfnTag[] {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
