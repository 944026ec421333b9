import type { ManifestRole, MasterRole } from "@agent-roles/manifest";
import { definedOnly } from "@agent-roles/runtime/role-env";
import type { CfnTag } from "aws-cdk-lib";
import type { CfnRole, CfnRoleProps } from "aws-cdk-lib/aws-iam";
import { policyDocument } from "./policies/policy-document.ts";

type RoleFields = Pick<
  ManifestRole & MasterRole,
  "roleName" | "description" | "managedPolicies" | "permissionsBoundary" | "maxSessionDuration" | "tags"
>;

/** The properties that master and target roles share. */
export function roleProperties({
  roleName,
  description,
  managedPolicies,
  permissionsBoundary,
  maxSessionDuration,
  tags,
}: RoleFields): Omit<CfnRoleProps, "assumeRolePolicyDocument" | "policies"> & { readonly tags?: CfnTag[] } {
  return {
    roleName,
    ...definedOnly({
      description,
      managedPolicyArns: managedPolicies && [...managedPolicies],
      permissionsBoundary,
      maxSessionDuration,
      tags: tags && Object.entries(tags).map(([key, value]) => ({ key, value })),
    }),
  };
}

/** The inline policy of a role's statements, if it has any. */
export function rolePolicies(
  { statements }: Pick<ManifestRole, "statements">,
  policyName: string,
): CfnRole.PolicyProperty[] {
  return statements ? [{ policyName, policyDocument: policyDocument(statements) }] : [];
}
