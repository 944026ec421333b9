import type { AgentRolesError } from "./agent-roles-error.ts";
import type { TargetRole } from "./role-env/index.ts";
import { freshness } from "./session/refresh-schedule.ts";
import type { SessionCredentials } from "./session/credentials.ts";

/** Why a refresh failed, without its cause. */
type ProfileFailure = Pick<AgentRolesError, "code" | "message" | "fix">;

interface ProfileFacts {
  readonly profile: string;
  readonly accountId: string;
  readonly roleArn: string;
  readonly region?: string;
  readonly environment?: string;
  readonly description?: string;
  readonly default: boolean;
}

/** One profile, without secrets; `status` tells what else is known. */
export type ProfileStatus = ProfileFacts &
  (
    | {
        /** `expiring` credentials are valid and due for rotation. */
        readonly status: "fresh" | "expiring";
        readonly expiration: Date;
        /** Why the last refresh failed; the credentials are still valid. */
        readonly failure?: ProfileFailure;
      }
    | { readonly status: "expired"; readonly expiration: Date; readonly failure?: undefined }
    | { readonly status: "failed"; readonly failure: ProfileFailure; readonly expiration?: Date }
    | { readonly status: "none"; readonly expiration?: undefined; readonly failure?: undefined }
  );

export interface KnownSession {
  readonly credentials?: SessionCredentials;
  readonly failure?: ProfileFailure;
}

export function profileStatus(target: TargetRole, known: KnownSession, now: number): ProfileStatus {
  const { profile, role, region, environment, description } = target;
  const facts: ProfileFacts = {
    profile,
    accountId: role.accountId,
    roleArn: role.arn,
    ...(region && { region }),
    ...(environment && { environment }),
    ...(description && { description }),
    default: target.default ?? false,
  };
  const failure = known.failure && failureOf(known.failure);
  if (!known.credentials) return failure ? { ...facts, status: "failed", failure } : { ...facts, status: "none" };
  const { expiration } = known.credentials;
  const status = freshness(known.credentials, now);
  if (status !== "expired") return { ...facts, status, expiration, ...(failure && { failure }) };
  return failure ? { ...facts, status: "failed", failure, expiration } : { ...facts, status, expiration };
}

function failureOf({ code, message, fix }: ProfileFailure): ProfileFailure {
  return { code, message, fix };
}
