import type { RoleEnv, TargetRole } from "../role-env/index.ts";
import type { SessionCredentials } from "./credentials.ts";
import type { SessionRole } from "./session-key.ts";

/** What a session carries. */
export type SessionAttributes = Pick<RoleEnv, "roleSessionName" | "sourceIdentity" | "sessionTags" | "task">;

/** One role as it is requested from STS: a target role, or the master in the first hop. */
export interface RoleRequest extends SessionRole {
  /** The requested role, for messages. */
  readonly subject: string;
  /** The caller, for messages. */
  readonly caller: string;
  /** The variable that declares the role, for fixes: `AWS_ROLE_3`. */
  readonly variable: string;
  /** For the master's role in the first hop: its failure concerns every role. */
  readonly hop?: "master";
  /** Of a task, which shares its sessions with nobody. Default: what the environment says. */
  readonly attributes?: SessionAttributes;
}

/**
 * Assumes one role.
 *
 * @param accept - whether credentials that another process got are good enough; default: those that are not due.
 * @param signal - ends the call: its answer is not wanted any more.
 * @throws {AgentRolesError} with a code, `retryable` and the fix.
 */
export type AssumeRole = (
  request: RoleRequest,
  accept?: (credentials: SessionCredentials) => boolean,
  signal?: AbortSignal,
) => Promise<SessionCredentials>;

export function targetRequest(target: TargetRole): RoleRequest {
  return { ...target, subject: target.profile, caller: "the master", variable: `AWS_ROLE_${target.number}` };
}
