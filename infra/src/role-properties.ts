import type { ManifestRole, MasterRole } from "@agent-roles/manifest";
import type { CfnTag } from "aws-cdk-lib";
import type { CfnRole, CfnRoleProps } from "aws-cdk-lib/aws-iam";
import { policyDocument } from "./policies/policy-document.ts";

type RoleFields = Pick<
  ManifestRole & MasterRole,
  "roleName" | "description" | "managedPolicies" | "permissionsBoundary" | "maxSessionDuration" | "tags"
>;

/** The properties that master and target roles share. */
export function roleProperties(role: RoleFields): Omit<CfnRoleProps, "assumeRolePolicyDocument" | "policies"> & {
  readonly tags?: CfnTag[];
} {
  return {
    roleName: role.roleName,
    ...(role.description !== undefined && { description: role.description }),
    ...(role.managedPolicies && { managedPolicyArns: [...role.managedPolicies] }),
    ...(role.permissionsBoundary !== undefined && { permissionsBoundary: role.permissionsBoundary }),
    ...(role.maxSessionDuration !== undefined && { maxSessionDuration: role.maxSessionDuration }),
    ...(role.tags && { tags: Object.entries(role.tags).map(([key, value]) => ({ key, value })) }),
  };
}

/** The inline policy of a role's statements, if it has any. */
export function rolePolicies(
  { statements }: Pick<ManifestRole, "statements">,
  policyName: string,
): CfnRole.PolicyProperty[] {
  return statements ? [{ policyName, policyDocument: policyDocument(statements) }] : [];
}
