import { type Manifest, type ManifestRole, masterRoleArn, targetRoles } from "@agent-roles/manifest";
import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { masterPermissions } from "../policies/master-permissions.ts";
import { masterTrustPolicy } from "../policies/master-trust-policy.ts";
import { policyDocument } from "../policies/policy-document.ts";
import {
  ATTACHED_POLICIES_QUOTA,
  INLINE_POLICIES_QUOTA,
  policySize,
  TRUST_POLICY_QUOTA,
} from "../policies/policy-size.ts";
import { targetTrustPolicy } from "../policies/target-trust-policy.ts";

/** Every policy of the manifest that IAM would refuse for its size, with the role, the size, the quota and the fix. */
export function policySizeProblems(manifest: Manifest): Diagnostic[] {
  const targets = targetRoles(manifest);
  return [
    ...masterProblems(manifest),
    ...manifest.roles.flatMap((role, index) => targetProblems(manifest, role, targets[index]?.role.arn ?? "")),
  ];
}

function masterProblems(manifest: Manifest): Diagnostic[] {
  const { arn } = masterRoleArn(manifest);
  const [own, ...managed] = masterPermissions(manifest);
  const policies = managed.length + (manifest.master.managedPolicies?.length ?? 0);
  const inline = tooLarge(
    arn,
    "the inline policies",
    policySize(own) + inlineSize(manifest.master),
    inlineQuota(manifest),
    "move master.statements into a managed policy of the account and add it to master.managedPolicies",
  );
  const trust = tooLarge(
    arn,
    "the trust policy",
    policySize(masterTrustPolicy(manifest)),
    trustPolicyQuota(manifest),
    "keep fewer or shorter entries in master.trustedBy, or set trust.quotas.trustPolicy where AWS has raised the quota",
  );
  const quota = manifest.trust?.quotas?.attachedPolicies ?? ATTACHED_POLICIES_QUOTA;
  if (policies <= quota) return [...trust, ...inline];
  const message = `needs ${policies} managed policies to name every account, IAM attaches ${quota} to a role`;
  const fix =
    "set organization in the manifest: one pattern then covers all accounts; or set trust.quotas.attachedPolicies where AWS has raised the quota";
  return [...trust, ...inline, { path: arn, message, fix }];
}

function targetProblems(manifest: Manifest, role: ManifestRole, arn: string): Diagnostic[] {
  return [
    ...tooLarge(
      arn,
      "the trust policy",
      policySize(targetTrustPolicy(manifest, role)),
      trustPolicyQuota(manifest),
      "shorten the external ID or the master's path, or set trust.quotas.trustPolicy where AWS has raised the quota",
    ),
    ...tooLarge(
      arn,
      "the inline policy",
      inlineSize(role),
      inlineQuota(manifest),
      "move statements into a managed policy of the account and add it to managedPolicies",
    ),
  ];
}

function inlineSize({ statements }: Pick<ManifestRole, "statements">): number {
  return statements ? policySize(policyDocument(statements)) : 0;
}

function inlineQuota({ trust }: Manifest): number {
  return trust?.quotas?.roleInlinePolicies ?? INLINE_POLICIES_QUOTA;
}

function trustPolicyQuota({ trust }: Manifest): number {
  return trust?.quotas?.trustPolicy ?? TRUST_POLICY_QUOTA;
}

function tooLarge(path: string, what: string, size: number, quota: number, fix: string): Diagnostic[] {
  return size <= quota ? [] : [{ path, message: `${what} has ${size} characters, IAM accepts ${quota}`, fix }];
}
