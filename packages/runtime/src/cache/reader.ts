import { advisoryRefreshAt } from "../session/refresh-schedule.ts";
import { isValid, type SessionCredentials } from "../session/credentials.ts";
import type { CacheEntry, CachedFailure } from "./cache-entry.ts";

/** Readers come in storms, on every request of theirs: STS is asked after a failure as seldom as people can bear. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Errors that need a configuration change: a person who makes it waits for the next try. */
const CONFIGURATION_PAUSE_MS = 15_000;

/** What a reader that refreshes itself, such as `credential_process`, gets without anybody being asked. */
export type ReaderAnswer =
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
