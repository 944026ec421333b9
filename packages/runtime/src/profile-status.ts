import { access } from "node:fs/promises";
import type { AgentRolesError } from "./agent-roles-error.ts";
import { cacheDirectory } from "./cache/cache-directory.ts";
import { failureError } from "./cache/cache-entry.ts";
import { sessionCache } from "./cache/session-cache.ts";
import { type Clock, systemClock } from "./clock.ts";
import { localCaller, profileEndpoints } from "./cache/local-caller.ts";
import { errorCode } from "./files/error-code.ts";
import {
  type AccessLevel,
  definedOnly,
  type Env,
  type ParsedRoleEnv,
  type RoleEnv,
  type TargetRole,
} from "./role-env/index.ts";
import type { SessionCredentials } from "./session/credentials.ts";
import { freshness } from "./session/refresh-schedule.ts";
import { profileProblem } from "./stores/profile-problem.ts";
import { readSharedProfiles } from "./stores/read-shared-profiles.ts";

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
  readonly access: AccessLevel;
}

/** One profile, without secrets; what else is known depends on `status`. */
export type ProfileStatus = ProfileFacts &
  (
    | {
        /** `expiring` credentials are valid and due for rotation. */
        readonly status: "fresh" | "expiring";
        readonly expiration: Date;
        /** Why the last refresh failed, or why there will be none; the credentials are still valid. */
        readonly failure?: ProfileFailure;
      }
    | { readonly status: "expired"; readonly expiration: Date; readonly failure?: ProfileFailure }
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
    ...definedOnly({ region, environment, description }),
    default: target.default ?? false,
    access: target.access ?? "full",
  };
  const failure = known.failure && failureOf(known.failure);
  if (!known.credentials) return failure ? { ...facts, status: "failed", failure } : { ...facts, status: "none" };
  const { expiration } = known.credentials;
  const status = freshness(known.credentials, now);
  if (status === "expired" && failure && failure.code !== "ProfileExpired")
    return { ...facts, status: "failed", failure, expiration };
  return { ...facts, status, expiration, ...(failure && { failure }) };
}

function failureOf({ code, message, fix }: ProfileFailure): ProfileFailure {
  return { code, message, fix };
}

export interface StoredProfilesOptions {
  readonly env: Env;
  readonly clock?: Clock;
  /** Receives what is wrong with the cache. */
  readonly onWarning?: (error: AgentRolesError) => void;
}

/**
 * Every declared profile with what the shared credentials file and the cache hold of it. Makes no call for a role.
 *
 * @throws {AgentRolesError} `StoreFailed` when a shared file is there and cannot be read.
 */
export async function storedProfiles(
  roleEnv: ParsedRoleEnv,
  { env, clock = systemClock, onWarning = () => undefined }: StoredProfilesOptions,
): Promise<ProfileStatus[]> {
  const shared = await readSharedProfiles(env);
  const stored = new Map(shared.managed.map((each) => [each.profile, each]));
  const cache = sessionCache({ env, clock, onWarning });
  let known: Promise<string | undefined> | undefined;
  const caller = (): Promise<string | undefined> => (known ??= identifyCaller(roleEnv, { env, clock }));
  const origin = { roleEnv, env, caller, endpoints: profileEndpoints(env) };
  return Promise.all(
    roleEnv.roles.map(async (target) => {
      const { session, failure } = await cache.read(target, origin);
      const kept = stored.get(target.profile);
      const problem = await profileProblem(target, shared, clock.now());
      // A section with credentials of another role or access level does not count. Keys in the file have precedence, as in AWS clients.
      const isOurs = kept?.roleArn === target.role.arn && kept.access === (target.access ?? "full");
      const credentials = isOurs ? kept.credentials : problem ? undefined : session;
      const isNews = failure && !(credentials && credentials.issuedAt > failure.failedAt);
      const reason = isNews ? failureError(failure) : problem;
      const state = { ...(credentials && { credentials }), ...(reason && { failure: reason }) };
      return profileStatus(target, state, clock.now() + (kept?.clockOffsetMs ?? 0));
    }),
  );
}

/** Loads the SDK only where a session is cached, and variables and files do not identify the caller. */
async function identifyCaller(roleEnv: RoleEnv, options: { env: Env; clock: Clock }): Promise<string | undefined> {
  const { env } = options;
  const local = localCaller(env);
  if (local !== undefined || (await access(cacheDirectory(env)).catch(errorCode)) === "ENOENT") return local;
  const { connectMaster } = await import("./master/connect-master.ts");
  return connectMaster(roleEnv, options).caller();
}
