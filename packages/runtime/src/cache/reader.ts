import type { Clock } from "../clock.ts";
import type { TargetRole } from "../role-env/index.ts";
import { advisoryRefreshAt } from "../session/refresh-schedule.ts";
import { isValid, type SessionCredentials } from "../session/credentials.ts";
import { type AssumeRole, targetRequest } from "../session/role-request.ts";
import { type CacheEntry, type CachedFailure, failureError } from "./cache-entry.ts";
import type { CallerOrigin, SessionCache } from "./session-cache.ts";

/** Readers come in storms, on every request of theirs: STS is asked after a failure as seldom as people can bear. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Errors that need a configuration change: a person who makes it waits for the next try. */
const CONFIGURATION_PAUSE_MS = 15_000;

/** What a reader that refreshes itself, such as `credential_process`, gets without anybody being asked. */
type ReaderAnswer =
  | { readonly kind: "session"; readonly session: SessionCredentials }
  /** STS refused a moment ago, and nothing valid is left. */
  | { readonly kind: "failure"; readonly failure: CachedFailure }
  /** The role is to be assumed; `valid` is what to give when that fails. */
  | { readonly kind: "ask"; readonly valid?: SessionCredentials };

/**
 * Decides from the cache alone: a session with sixteen minutes or more left (or in the first half of a short life) is given; one
 * with less is given while STS is in the pause after a failure.
 */
export function readerAnswer({ session, failure }: CacheEntry, now: number): ReaderAnswer {
  const valid = isValid(session, now) ? session : undefined;
  if (valid && now < advisoryRefreshAt(valid)) return { kind: "session", session: valid };
  if (failure && isPausing(failure, now)) {
    return valid ? { kind: "session", session: valid } : { kind: "failure", failure };
  }
  return { kind: "ask", ...(valid && { valid }) };
}

/** A failure from the future counts for nothing: the clock was set back. */
function isPausing({ retryable, attempt, failedAt }: CachedFailure, now: number): boolean {
  const pauseMs = retryable ? Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 1)) : CONFIGURATION_PAUSE_MS;
  const sinceMs = now - failedAt.getTime();
  return sinceMs >= 0 && sinceMs < pauseMs;
}

interface ReaderOptions {
  readonly cache: SessionCache;
  readonly origin: CallerOrigin;
  /** Calls STS. */
  readonly assumeRole: AssumeRole;
  readonly clock: Clock;
}

/**
 * A role's session for a process that refreshes on its own (`credential_process`): what the cache has as long as it lasts, else
 * STS's answer to the first of these processes, else what is still valid.
 *
 * @throws {AgentRolesError} when nothing valid is left; STS is not called again in the pause after a failure.
 */
export async function sessionForReader(target: TargetRole, options: ReaderOptions): Promise<SessionCredentials> {
  const { cache, origin, assumeRole, clock } = options;
  const answer = readerAnswer(await cache.read(target, origin), clock.now());
  switch (answer.kind) {
    case "session":
      return answer.session;
    case "failure":
      throw failureError(answer.failure);
    case "ask":
      try {
        const lasts = (session: SessionCredentials): boolean => clock.now() < advisoryRefreshAt(session);
        return await cache.assumeRole(assumeRole, origin)(targetRequest(target), lasts);
      } catch (error) {
        if (isValid(answer.valid, clock.now())) return answer.valid;
        throw error;
      }
  }
}
