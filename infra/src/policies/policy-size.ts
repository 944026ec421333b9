// The quotas of a new account. @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html

/** Characters of a role's trust policy, white space not counted; can be raised to 4,096. */
export const TRUST_POLICY_QUOTA = 2048;
/** Characters of a managed policy, white space not counted. */
export const MANAGED_POLICY_QUOTA = 6144;
/** Characters of all inline policies of a role together, white space not counted. */
export const INLINE_POLICIES_QUOTA = 10_240;
/** Managed policies attached to a role; can be raised to 20. */
export const ATTACHED_POLICIES_QUOTA = 10;

/** Characters of a policy as IAM counts them. */
export function policySize(document: unknown): number {
  return JSON.stringify(document).replaceAll(/\s/g, "").length;
}
