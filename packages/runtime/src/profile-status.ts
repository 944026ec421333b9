import type { AgentRolesError } from "./agent-roles-error.ts";
import type { TargetRole } from "./role-env/index.ts";
import { freshness } from "./rotation/refresh-schedule.ts";
import type { SessionCredentials } from "./session-credentials.ts";

/** One profile, without secrets. `expiring` credentials are valid and due for rotation. */
export interface ProfileStatus {
  readonly profile: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly region?: string;
  readonly environment?: string;
  readonly description?: string;
  readonly default: boolean;
  readonly status: "fresh" | "expiring" | "expired" | "failed" | "none";
  readonly expiration?: Date;
  /** Why the last refresh failed; the credentials may still be valid. */
  readonly failure?: Pick<AgentRolesError, "code" | "message" | "fix">;
}

export interface KnownSession {
  readonly credentials?: SessionCredentials;
  readonly failure?: AgentRolesError;
}

export function profileStatus(target: TargetRole, { credentials, failure }: KnownSession, now: number): ProfileStatus {
  const { profile, role, region, environment, description } = target;
  const fresh = credentials && freshness(credentials, now);
  const usable = fresh === "fresh" || fresh === "expiring";
  return {
    profile,
    accountId: role.accountId,
    roleArn: role.arn,
    ...(region && { region }),
    ...(environment && { environment }),
    ...(description && { description }),
    default: target.default ?? false,
    status: failure && !usable ? "failed" : (fresh ?? "none"),
    ...(credentials && { expiration: credentials.expiration }),
    ...(failure && { failure: { code: failure.code, message: failure.message, fix: failure.fix } }),
  };
}
