import { type Manifest, type ManifestRole, masterRoleArn, targetRoles } from "@agent-roles/manifest";
import type { InfraProblem } from "../infra-error.ts";
import { inlinePolicy } from "../policies/inline-policy.ts";
import { masterPermissions } from "../policies/master-permissions.ts";
import { masterTrustPolicy } from "../policies/master-trust-policy.ts";
import {
  ATTACHED_POLICIES_QUOTA,
  INLINE_POLICIES_QUOTA,
  policySize,
  TRUST_POLICY_QUOTA,
} from "../policies/policy-size.ts";
import { targetTrustPolicy } from "../policies/target-trust-policy.ts";

/** Every policy of the manifest that IAM would refuse for its size, with the role, the size, the quota and the fix. */
export function policySizeProblems(manifest: Manifest): InfraProblem[] {
  const targets = targetRoles(manifest);
  return [
    ...masterProblems(manifest),
    ...manifest.roles.flatMap((role, index) => targetProblems(manifest, role, targets[index]?.role.arn ?? "")),
  ];
}

function masterProblems(manifest: Manifest): InfraProblem[] {
  const { arn } = masterRoleArn(manifest);
  const policies = masterPermissions(manifest).length - 1;
  const trust = tooLarge(
    arn,
    "the trust policy",
    policySize(masterTrustPolicy(manifest)),
    trustPolicyQuota(manifest),
    "keep fewer or shorter entries in master.trustedBy",
  );
  if (policies <= ATTACHED_POLICIES_QUOTA) return trust;
  const message = `needs ${policies} managed policies to name every account, IAM attaches ${ATTACHED_POLICIES_QUOTA} to a role`;
  const fix = "name the organization in the manifest: one pattern then covers all accounts";
  return [...trust, { subject: arn, message, fix }];
}

function targetProblems(manifest: Manifest, role: ManifestRole, arn: string): InfraProblem[] {
  const inline = inlinePolicy(role);
  return [
    ...tooLarge(
      arn,
      "the trust policy",
      policySize(targetTrustPolicy(manifest, role)),
      trustPolicyQuota(manifest),
      "shorten the external id or the master's path",
    ),
    ...tooLarge(
      arn,
      "the inline policy",
      inline ? policySize(inline) : 0,
      manifest.trust?.quotas?.roleInlinePolicies ?? INLINE_POLICIES_QUOTA,
      "move statements into a managed policy of the account and name it in managedPolicies",
    ),
  ];
}

/** As the manifest says that AWS has raised it. */
function trustPolicyQuota({ trust }: Manifest): number {
  return trust?.quotas?.trustPolicy ?? TRUST_POLICY_QUOTA;
}

function tooLarge(subject: string, what: string, size: number, quota: number, fix: string): InfraProblem[] {
  return size <= quota ? [] : [{ subject, message: `${what} has ${size} characters, IAM takes ${quota}`, fix }];
}
