import type { Manifest } from "@agent-roles/manifest";
import { CfnInstanceProfile, CfnManagedPolicy, CfnRole } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { cfnTags } from "./cfn-tags.ts";
import { masterPermissions } from "./policies/master-permissions.ts";
import { masterTrustPolicy } from "./policies/master-trust-policy.ts";

export interface MasterRoleProps {
  readonly manifest: Manifest;
}

/** The role the agent starts as, allowed to assume the target roles of the manifest and nothing else. */
export class MasterRole extends Construct {
  constructor(scope: Construct, id: string, { manifest }: MasterRoleProps) {
    super(scope, id);
    const { roleName, path, trustedBy, tags } = manifest.master;
    const [inline, ...managed] = masterPermissions(manifest);
    const role = new CfnRole(this, "Resource", {
      roleName,
      path,
      description: "The role that agents start as.",
      assumeRolePolicyDocument: masterTrustPolicy(manifest),
      policies: [{ policyName: "agent-roles", policyDocument: inline }],
      ...(tags && { tags: cfnTags(tags) }),
    });
    for (const [index, policyDocument] of managed.entries()) {
      new CfnManagedPolicy(this, `Targets${index + 1}`, {
        path,
        description: "Lets the master role of agent-roles assume further target roles.",
        policyDocument,
        roles: [role.ref],
      });
    }
    // EC2 hands a role to an instance through a profile only.
    if (trustedBy.some((entry) => "service" in entry && entry.service === "ec2")) {
      new CfnInstanceProfile(this, "InstanceProfile", { instanceProfileName: roleName, path, roles: [role.ref] });
    }
  }
}
