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
    const permissions = masterPermissions(manifest).map(
      (policyDocument, index) =>
        new CfnManagedPolicy(this, `Permissions${index + 1}`, {
          path,
          description: "Lets the master role of agent-roles assume the target roles.",
          policyDocument,
        }),
    );
    const role = new CfnRole(this, "Resource", {
      roleName,
      path,
      description: "The role that agents start as.",
      assumeRolePolicyDocument: masterTrustPolicy(manifest),
      managedPolicyArns: permissions.map(({ ref }) => ref),
      ...(tags && { tags: cfnTags(tags) }),
    });
    // EC2 hands a role to an instance through a profile only.
    if (trustedBy.some((entry) => "service" in entry && entry.service === "ec2")) {
      new CfnInstanceProfile(this, "InstanceProfile", { instanceProfileName: roleName, path, roles: [role.ref] });
    }
  }
}
