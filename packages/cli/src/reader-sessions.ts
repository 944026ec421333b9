import type { AgentRoles, AgentRolesError, OnEvent, SessionCredentials } from "@agent-roles/runtime";
import { localCaller, sessionCache, sessionForReader } from "@agent-roles/runtime/cache";
import type { Env, ParsedRoleEnv, TargetRole } from "@agent-roles/runtime/role-env";
import type { CliContext } from "./cli-context.ts";

export interface ReaderSessionsOptions {
  readonly env: Env;
  readonly roleEnv: ParsedRoleEnv;
  readonly clock: CliContext["clock"];
  /** Time limit of each session, milliseconds. Default: no limit. */
  readonly limitMs?: number;
  readonly onWarning: (error: AgentRolesError) => void;
  /** Receives what happens where STS is called. */
  readonly onEvent?: OnEvent;
}

/**
 * Sessions from the cache, with enough time left for readers that refresh by themselves. Loads the SDK only when STS is called, or
 * when only the SDK can identify the caller.
 *
 * @returns a function that rejects with an `AgentRolesError`.
 */
export function readerSessions(options: ReaderSessionsOptions): (target: TargetRole) => Promise<SessionCredentials> {
  const { env, roleEnv, clock, onEvent, ...cacheOptions } = options;
  const cache = sessionCache({ env, clock, ...cacheOptions });
  let roles: AgentRoles | undefined;
  const caller = async (): Promise<string | undefined> =>
    localCaller(env) ?? (await import("@agent-roles/runtime/master")).connectMaster(roleEnv, { env, clock }).caller();
  return (target) => {
    const assumeRole = async (): Promise<SessionCredentials> => {
      const { createAgentRoles } = await import("@agent-roles/runtime");
      roles ??= createAgentRoles({ env, clock, ...(onEvent && { onEvent }) });
      return roles.credentials(target.profile)();
    };
    return sessionForReader(target, { cache, origin: { roleEnv, env, caller }, assumeRole, clock });
  };
}
