import type { Clock } from "@agent-roles/runtime";
import { parseRoleEnv } from "@agent-roles/runtime/role-env";
import type { LiveAccount } from "@agent-roles/templates";

export interface LiveAccountsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
}

/**
 * With which credentials live accounts are read: those of each profile, or those in use when no profile is named. A profile
 * that an `AWS_ROLE_N` declares is that role, assumed through the master; any other is one of the AWS configuration files.
 *
 * @throws {AgentRolesError} `InvalidRoleEnv` for mistakes in the variables, where a profile is named.
 */
export async function liveAccounts(
  profiles: readonly string[],
  { env, clock }: LiveAccountsOptions,
): Promise<LiveAccount[]> {
  // The SDK is behind it, and an offline check does not pay for that.
  const { createAgentRoles, stsRegion } = await import("@agent-roles/runtime");
  if (profiles.length === 0) return [{ region: stsRegion(env) }];
  const { roles } = parseRoleEnv(env);
  const agent = createAgentRoles({ env, clock });
  return [...new Set(profiles)].map((profile) => {
    const target = roles.find((role) => role.profile === profile);
    if (!target) return { profile, region: stsRegion(env) };
    const region = stsRegion(env, target.role.partition);
    return { profile, region, credentials: agent.credentials(profile) };
  });
}
