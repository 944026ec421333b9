import { join } from "node:path";
import { AgentRolesError } from "../agent-roles-error.ts";
import type { Clock } from "../clock.ts";
import { type HeldLock, tryLock } from "../files/process-lock.ts";
import { isValid, type SessionCredentials } from "../session-credentials.ts";
import { type CacheEntry, failureError } from "./cache-entry.ts";
import { type CacheFile, cacheFile, cacheFileStamp, readCacheFile } from "./cache-file.ts";
import { entryName } from "./entry-name.ts";
import { openCacheDirectory, writeCacheFile } from "./write-cache-file.ts";

/** The first look comes soon, as STS may answer at any moment; who has waited for long can wait for a little more. */
const FIRST_POLL_MS = 5;
const LONGEST_POLL_MS = 500;
const POLL_SHARE = 1 / 8;

/** Whether the one who asks still lives takes more to find out than whether there is an answer. */
const LOCK_POLL_MS = 250;

export interface SharedSessionOptions {
  readonly directory: string;
  readonly key: string;
  /** Asks STS. */
  readonly ask: () => Promise<SessionCredentials>;
  /** Whether a session that was there already will do. */
  readonly accept: (session: SessionCredentials) => boolean;
  readonly clock: Clock;
  /** Ends the waiting: nobody wants the answer any more. A call under way goes on, for the others. */
  readonly signal: AbortSignal;
  /** From 0 to 1, so that many who wait do not all look at the same moment. */
  readonly random: () => number;
  /** Told why a file is not believed, or why there is no sharing. */
  readonly onProblem: (error: AgentRolesError) => void;
  /** Told that an entry was written. */
  readonly onWritten: () => Promise<void>;
}

/**
 * A session from the cache, or from STS: of all processes that want it at once, one asks, and what it gets, be it a failure, is
 * everybody's. Where nothing can be shared, STS is asked directly.
 *
 * @throws what `ask` throws, here or in the process that asked.
 */
export async function sharedSession(options: SharedSessionOptions): Promise<SessionCredentials> {
  const { directory, key, ask, clock, signal, random, onProblem } = options;
  const first = await lookIntoCache(options);
  const known = outcome(first, first, options);
  if (known) return known;
  let seen: string | undefined;
  let sinceLockMs = LOCK_POLL_MS;
  for (let waitedMs = 0; ;) {
    const isLockDue = sinceLockMs >= LOCK_POLL_MS;
    const stamp = await cacheFileStamp(directory, key);
    if (isLockDue || stamp !== seen) {
      seen = stamp;
      let lock: HeldLock | undefined;
      try {
        if (waitedMs === 0) await openCacheDirectory(directory);
        if (isLockDue) lock = await tryLock(join(directory, `${entryName(key)}.lock`));
      } catch (error) {
        onProblem(cacheProblem(error, directory));
        return ask();
      }
      try {
        const current = await lookIntoCache(options);
        const came = outcome(current, first, options);
        if (came) return came;
        if (lock) return await askAndTell(current?.entry, options);
      } finally {
        await lock?.release();
      }
    }
    const pollMs = Math.min(FIRST_POLL_MS + waitedMs * POLL_SHARE, LONGEST_POLL_MS) * (0.5 + random() / 2);
    waitedMs += pollMs;
    sinceLockMs = (isLockDue ? 0 : sinceLockMs) + pollMs;
    await clock.sleep(pollMs, signal);
    signal.throwIfAborted();
  }
}

/** Reads an entry, and tells when there is one that is not believed. Never rejects. */
export async function lookIntoCache(
  options: Pick<SharedSessionOptions, "directory" | "key" | "onProblem">,
): Promise<CacheFile | undefined> {
  const { directory, key, onProblem } = options;
  const file = await readCacheFile(directory, key);
  if (file?.problem) onProblem(distrusted(cacheFile(directory, key), file.problem));
  return file;
}

/** What came of it so far. What was written since the first look answers a question asked at the same time as ours. */
function outcome(
  current: CacheFile | undefined,
  first: CacheFile | undefined,
  { accept, clock }: SharedSessionOptions,
): SessionCredentials | undefined {
  const { session, failure } = current?.entry ?? {};
  const isNews = current !== undefined && current.text !== first?.text;
  if (isValid(session, clock.now()) && ((isNews && !failure) || accept(session))) return session;
  if (isNews && failure) throw failureError(failure);
  return undefined;
}

async function askAndTell(before: CacheEntry | undefined, options: SharedSessionOptions): Promise<SessionCredentials> {
  const { ask, clock } = options;
  try {
    const session = await ask();
    await tell({ session }, options);
    return session;
  } catch (error) {
    const { code, message, fix, retryable } = asFailure(error);
    const attempt = (before?.failure?.attempt ?? 0) + 1;
    const failure = { code, message, fix, retryable, attempt, failedAt: new Date(clock.now()) };
    await tell({ ...(before?.session && { session: before.session }), failure }, options);
    throw error;
  }
}

async function tell(entry: CacheEntry, { directory, key, onProblem, onWritten }: SharedSessionOptions): Promise<void> {
  try {
    await writeCacheFile(directory, key, entry);
    await onWritten();
  } catch (error) {
    onProblem(cacheProblem(error, directory));
  }
}

function asFailure(error: unknown): AgentRolesError {
  if (error instanceof AgentRolesError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new AgentRolesError(message, { code: "Unknown", retryable: true, fix: "it is tried again" });
}

function distrusted(path: string, problem: string): AgentRolesError {
  const fix = "nothing to do: the role is assumed anew and the file replaced";
  return new AgentRolesError(`${path} ${problem}`, { code: "StoreFailed", fix });
}

function cacheProblem(error: unknown, directory: string): AgentRolesError {
  if (error instanceof AgentRolesError) return error;
  const message = `${directory}: no sharing of sessions: ${error instanceof Error ? error.message : String(error)}`;
  const fix =
    "set AGENT_ROLES_CACHE_DIR to a directory that this user can write to; until then each process asks STS itself";
  return new AgentRolesError(message, { code: "StoreFailed", fix, cause: error });
}
