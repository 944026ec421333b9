import { definedOnly } from "@agent-roles/runtime/role-env";
import type { ExpectedRole, TrustContext } from "@agent-roles/trust";
import { formatPath } from "./manifest-issue.ts";
import type { Manifest } from "./manifest.ts";
import { sessionAttributes } from "./session-attributes.ts";
import { masterRoleArn, targetRoles } from "./target-roles.ts";

/** One `AWS_ROLE_N`, as the trust check compares it with the roles. */
export type ManifestExpectedRole = ExpectedRole & {
  readonly location: { readonly file: string; readonly path: string };
};

/** Context of the trust check. */
export interface ManifestTrustContext extends TrustContext {
  readonly accounts: readonly string[];
  readonly masterRoleArn: string;
  readonly expectedRoles: readonly ManifestExpectedRole[];
  readonly passes: NonNullable<TrustContext["passes"]>;
}

/**
 * Gives the context of the trust check for a manifest.
 *
 * @param file name of the manifest in findings.
 */
export function trustContext(manifest: Manifest, file: string = "agent-roles.yaml"): ManifestTrustContext {
  const { master, organization, trust = {} } = manifest;
  const { accounts = [], allowedAccounts, guessableNames, transitiveTagKeys, quotas, severities } = trust;
  const { sessionTags, sourceIdentities, requiredTaskIds } = sessionAttributes(manifest);
  const granted = { sessionTags: sessionTags.length > 0, sourceIdentity: sourceIdentities.length > 0 };
  return {
    accounts: [
      ...new Set([
        master.account,
        ...manifest.roles.map(({ account }) => account),
        ...(manifest.accounts ?? []).map(({ id }) => id),
        ...accounts,
      ]),
    ],
    masterRoleArn: masterRoleArn(manifest).arn,
    expectedRoles: targetRoles(manifest).map(({ number, profile, role, externalId }) => ({
      variable: `AWS_ROLE_${number}`,
      profile,
      roleArn: role.arn,
      ...definedOnly({ externalId }),
      location: { file, path: formatPath(["roles", number - 1]) },
    })),
    ...definedOnly({ organization, allowedAccounts, guessableNames, transitiveTagKeys, quotas, severities }),
    passes: { ...granted, ...(trust.sessionAttributes ?? trust.passes) },
    ...(requiredTaskIds && { attributionRequired: true }),
  };
}
