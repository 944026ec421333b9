import { AgentRolesError, type ErrorCode } from "../agent-roles-error.ts";
import { isProcessAlive } from "../files/process-identity.ts";
import type { TargetRole } from "../role-env/index.ts";
import { describeProcess, profileInUse } from "./profile-keepers.ts";
import type { SharedProfiles } from "./read-shared-profiles.ts";

/**
 * Why AWS clients do not get the role of a profile from it, or soon will not: `ForeignProfile`, `ProfileInUse` with another role,
 * `ProfileExpired`, or `ProfileNotKept`. `undefined` for a profile that is fine, is not written, or has a process that is not `cat`.
 *
 * @param now - milliseconds since the epoch, by the clock of this machine.
 */
export async function profileProblem(
  { profile, role }: TargetRole,
  { managed, foreign }: SharedProfiles,
  now: number,
): Promise<AgentRolesError | undefined> {
  // Keys are first, as in AWS clients.
  const kept = managed.find((each) => each.profile === profile);
  if (foreign.has(profile) || !kept) return foreign.get(profile);
  const { keeper, roleArn, credentials, clockOffsetMs } = kept;
  const isAlive = keeper === "" ? undefined : ((await isProcessAlive(keeper)) ?? true);
  if (roleArn !== role.arn && isAlive) return profileInUse(profile, { identity: keeper });
  const by = `process ${describeProcess(keeper)}`;
  const problem = (
    code: ErrorCode,
    what: string,
    fix = "Start agent-roles run, and keep it running.",
  ): AgentRolesError => {
    const ended = isAlive === false ? `; ${by}, which kept the profile, has ended` : "";
    return new AgentRolesError(`${profile}: its credentials ${what}${ended}`, { code, fix });
  };
  if (roleArn !== role.arn) return problem("ProfileNotKept", `are of ${roleArn}`);
  const expiration = credentials.expiration.toISOString();
  if (credentials.expiration.getTime() <= now + clockOffsetMs) {
    const fix = isAlive ? `See the output of ${by}, which keeps the profile.` : undefined;
    return problem("ProfileExpired", `expired at ${expiration}`, fix);
  }
  return isAlive === false ? problem("ProfileNotKept", `expire at ${expiration}`) : undefined;
}
