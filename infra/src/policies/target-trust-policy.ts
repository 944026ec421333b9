import { type Manifest, type ManifestRole, masterRoleArn } from "@agent-roles/manifest";
import { accountPrincipal, ASSUME_ACTIONS, type PolicyDocument, policyDocument } from "./policy-document.ts";

/**
 * The trust policy of a target role: the master role, in its organization, with the external id.
 *
 * The principal is the master's account and the condition names the role. IAM stores a role principal as its unique id, which
 * breaks when the master is created again, and the master would have to exist before the target.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function targetTrustPolicy(manifest: Manifest, role: Pick<ManifestRole, "externalId">): PolicyDocument {
  const { partition, master, organization } = manifest;
  const equals = {
    ...(organization !== undefined && { "aws:PrincipalOrgID": organization }),
    ...(role.externalId !== undefined && { "sts:ExternalId": role.externalId }),
  };
  return policyDocument([
    {
      Effect: "Allow",
      Principal: accountPrincipal(partition, master.account),
      Action: ASSUME_ACTIONS,
      Condition: {
        ArnEquals: { "aws:PrincipalArn": masterRoleArn(manifest).arn },
        ...(Object.keys(equals).length > 0 && { StringEquals: equals }),
      },
    },
  ]);
}
