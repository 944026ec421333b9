import { type Manifest, type ManifestRole } from "@agent-roles/manifest";
import { CfnRole } from "aws-cdk-lib/aws-iam";
import { Construct } from "constructs";
import { targetTrustPolicy } from "./policies/target-trust-policy.ts";
import { rolePolicies, roleProperties } from "./role-properties.ts";

export interface ManifestTargetRoleProps {
  readonly manifest: Manifest;
  readonly role: ManifestRole;
}

/** One target role, which trusts the master role of the manifest. */
export class ManifestTargetRole extends Construct {
  constructor(scope: Construct, id: string, { manifest, role }: ManifestTargetRoleProps) {
    super(scope, id);
    const policies = rolePolicies(role, "agent-roles");
    new CfnRole(this, "Resource", {
      ...roleProperties(role),
      path: manifest.rolePath,
      assumeRolePolicyDocument: targetTrustPolicy(manifest, role),
      ...(policies.length > 0 && { policies }),
    });
  }
}
