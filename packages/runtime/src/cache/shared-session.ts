import { join } from "node:path";
import { AgentRolesError, masterFailure, toAgentRolesError } from "../agent-roles-error.ts";
import type { Clock } from "../clock.ts";
import { type HeldLock, tryLock } from "../files/process-lock.ts";
import { isValid, type SessionCredentials } from "../session/credentials.ts";
import { type CacheEntry, failureError } from "./cache-entry.ts";
import { type CacheFile, cacheFile, cacheFileStamp, readCacheFile } from "./cache-file.ts";
import { entryName } from "./entry-name.ts";
import { openCacheDirectory, writeCacheFile } from "./write-cache-file.ts";

/** The first look comes soon, because STS can answer at any moment; later ones are further apart. */
const FIRST_POLL_MS = 5;
const LONGEST_POLL_MS = 500;
const POLL_SHARE = 1 / 8;

/** Finding out whether the process that asks is alive costs more than looking for its answer. */
const LOCK_POLL_MS = 250;

export interface SharedSessionOptions {
  readonly directory: string;
  readonly key: string;
  /** Calls STS. */
  readonly ask: () => Promise<SessionCredentials>;
  /** Whether a session that was there already is good enough. */
  readonly accept: (session: SessionCredentials) => boolean;
  readonly clock: Clock;
  /** Ends the waiting. A call in flight continues, for the other processes. */
  readonly signal: AbortSignal;
  /** From 0 to 1, so that processes that wait do not all look at the same moment. */
  readonly random: () => number;
  /** Receives why a file is not trusted, or why nothing is shared. */
  readonly onProblem: (error: AgentRolesError) => void;
  /** Called after an entry was written. */
  readonly onWritten: () => Promise<void>;
}

/**
 * A session from the cache, or from STS: of all processes that need it at the same time, one calls STS, and all get its answer,
 * failures included. Where nothing can be shared, STS is called directly.
 *
 * @throws what `ask` throws, here or in the process that asked.
 */
export async function sharedSession(options: SharedSessionOptions): Promise<SessionCredentials> {
  const { directory, key, ask, clock, signal, random, onProblem } = options;
  const first = lookIntoCache(options);
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
        const current = lookIntoCache(options);
        const came = outcome(current, first, options);
        if (came) return came;
        if (lock) return await askAndStore(current?.entry, options);
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

/** Reads an entry, and reports one that is not trusted. Never throws. */
export function lookIntoCache({
  directory,
  key,
  onProblem,
}: Pick<SharedSessionOptions, "directory" | "key" | "onProblem">): CacheFile | undefined {
  const file = readCacheFile(directory, key);
  if (file?.problem) onProblem(distrusted(cacheFile(directory, key), file.problem));
  return file;
}

/** The result so far. What was written since the first look answers a request made at the same time as ours. */
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

async function askAndStore(before: CacheEntry | undefined, options: SharedSessionOptions): Promise<SessionCredentials> {
  const { ask, clock } = options;
  try {
    const session = await ask();
    await store({ session }, options);
    return session;
  } catch (error) {
    // The processes that read it recognize the master's failure by its message, whatever their role.
    const { code, message, fix, retryable, hop } = masterFailure(error) ?? toAgentRolesError(error);
    const attempt = (before?.failure?.attempt ?? 0) + 1;
    const failure = { code, message, fix, retryable, hop, attempt, failedAt: new Date(clock.now()) };
    await store({ ...(before?.session && { session: before.session }), failure }, options);
    throw error;
  }
}

async function store(entry: CacheEntry, { directory, key, onProblem, onWritten }: SharedSessionOptions): Promise<void> {
  try {
    await writeCacheFile(directory, key, entry);
    await onWritten();
  } catch (error) {
    onProblem(cacheProblem(error, directory));
  }
}

function distrusted(path: string, problem: string): AgentRolesError {
  const fix = "No action needed: the role is assumed again and the file replaced.";
  return new AgentRolesError(`${path} ${problem}`, { code: "StoreFailed", fix });
}

function cacheProblem(error: unknown, directory: string): AgentRolesError {
  const fix =
    "Set AGENT_ROLES_CACHE_DIR to a directory that this user can write to. Until then each process calls STS itself.";
  return toAgentRolesError(error, { code: "StoreFailed", fix, prefix: `${directory}: sessions are not shared` });
}
