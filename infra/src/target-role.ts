import { type Manifest, type ManifestRole } from "@agent-roles/manifest";
import { CfnRole } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { cfnTags } from "./cfn-tags.ts";
import { inlinePolicy } from "./policies/inline-policy.ts";
import { targetTrustPolicy } from "./policies/target-trust-policy.ts";

export interface TargetRoleProps {
  readonly manifest: Manifest;
  readonly role: ManifestRole;
}

/** One target role, trusting the master role of the manifest. */
export class TargetRole extends Construct {
  constructor(scope: Construct, id: string, { manifest, role }: TargetRoleProps) {
    super(scope, id);
    const inline = inlinePolicy(role);
    new CfnRole(this, "Resource", {
      roleName: role.roleName,
      path: manifest.rolePath,
      assumeRolePolicyDocument: targetTrustPolicy(manifest, role),
      ...(role.description !== undefined && { description: role.description }),
      ...(role.managedPolicies && { managedPolicyArns: [...role.managedPolicies] }),
      ...(inline && { policies: [{ policyName: "agent-roles", policyDocument: inline }] }),
      ...(role.permissionsBoundary !== undefined && { permissionsBoundary: role.permissionsBoundary }),
      ...(role.maxSessionDuration !== undefined && { maxSessionDuration: role.maxSessionDuration }),
      ...(role.tags && { tags: cfnTags(role.tags) }),
    });
  }
}
