import { AgentRolesError } from "../agent-roles-error.ts";
import { systemClock } from "../clock.ts";
import type { RoleEnv } from "../role-env/index.ts";
import type { SessionCredentials } from "../session-credentials.ts";
import { type AssumeRole, stsAssumeRole } from "./assume-role.ts";
import { callerIdentity } from "./caller-identity.ts";
import { masterConfig, type MasterConfigOptions } from "./master-config.ts";
import type { RoleRequest } from "./role-request.ts";
import { isRoleSession } from "./session-arn.ts";
import { stsClient } from "./sts-client.ts";

/** What AWS allows a session that a role session assumed. */
const CHAINED_SECONDS = 3_600;

export interface MasterAssumeRoleOptions extends MasterConfigOptions {
  /** Told once a role whose declared duration AWS would refuse. */
  readonly onCapped?: (request: RoleRequest, durationSeconds: number) => void;
}

/**
 * Assumes target roles as the master. When the master is itself a role session, sessions are asked for an hour at the most.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
 */
export function masterAssumeRole(roleEnv: RoleEnv, options: MasterAssumeRoleOptions = {}): AssumeRole {
  const { onDate, onCapped, clock = systemClock } = options;
  const told = new Set<string>();
  let master = connect();
  let chained: Promise<boolean> | undefined;

  function connect() {
    const config = { ...masterConfig(roleEnv, options), ...(onDate && { onDate }) };
    return { config, assumeRole: stsAssumeRole(stsClient(config), roleEnv, clock) };
  }

  async function assumeRole(request: RoleRequest): Promise<SessionCredentials> {
    const asked = master;
    try {
      return await asked.assumeRole(request);
    } catch (error) {
      // The SDK keeps credentials that do not expire: only a new client notices a new login.
      const isRefused = error instanceof AgentRolesError && error.code.startsWith("MasterCredentials");
      if (isRefused && asked === master) {
        master = connect();
        chained = undefined;
      }
      throw error;
    }
  }

  function isChained(): Promise<boolean> {
    if (roleEnv.master) return Promise.resolve(true);
    chained ??= callerIdentity(master.config, "the master")
      .then(({ arn }) => isRoleSession(arn))
      .catch(() => {
        // AssumeRole meets the same failure and tells it better.
        chained = undefined;
        return false;
      });
    return chained;
  }

  return async (request) => {
    const { durationSeconds = 0, subject } = request;
    if (durationSeconds <= CHAINED_SECONDS || !(await isChained())) return assumeRole(request);
    if (!told.has(subject)) onCapped?.(request, CHAINED_SECONDS);
    told.add(subject);
    return assumeRole({ ...request, durationSeconds: CHAINED_SECONDS });
  };
}
