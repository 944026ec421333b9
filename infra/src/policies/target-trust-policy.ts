import { type Manifest, type ManifestRole, masterRoleArn, sessionAttributes } from "@agent-roles/manifest";
import { accountPrincipal, assumeStatements, type PolicyDocument, policyDocument } from "./policy-document.ts";

/**
 * The trust policy of a target role: the master role, in its organization, with the external ID.
 *
 * The principal is the master's account and the condition names the role. IAM stores a role principal as its unique ID, which
 * breaks when the master is created again, and the master would have to exist before the target.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
 */
export function targetTrustPolicy(manifest: Manifest, role: Pick<ManifestRole, "externalId">): PolicyDocument {
  const { partition, master, organization } = manifest;
  const condition = {
    ArnEquals: { "aws:PrincipalArn": masterRoleArn(manifest).arn },
    ...(organization !== undefined && { StringEquals: { "aws:PrincipalOrgID": organization } }),
  };
  const externalId = role.externalId === undefined ? {} : { StringEquals: { "sts:ExternalId": role.externalId } };
  const Principal = accountPrincipal(partition, master.account);
  return policyDocument(assumeStatements({ Principal }, sessionAttributes(manifest), condition, externalId));
}
