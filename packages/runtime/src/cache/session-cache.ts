import { AgentRolesError } from "../agent-roles-error.ts";
import { type Clock, systemClock } from "../clock.ts";
import { refreshAt } from "../rotation/refresh-schedule.ts";
import type { SessionCredentials } from "../session-credentials.ts";
import type { AssumeRole } from "../sts/assume-role.ts";
import { withTimeout } from "../with-timeout.ts";
import type { CacheEntry } from "./cache-entry.ts";
import { cacheDirectory } from "./cache-directory.ts";
import { pruneCache } from "./prune-cache.ts";
import { sessionKey, type SessionOrigin, type SessionRole } from "./session-key.ts";
import { lookIntoCache, sharedSession } from "./shared-session.ts";

const PRUNE_EVERY_MS = 3_600_000;

/** Who asked STS in vain needs a moment more to tell the others. */
const TELLING_MS = 500;

export interface SessionCacheOptions {
  /** Tells where the cache is. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
  /** From 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** Within this time, milliseconds, whoever asks has an answer: a session, or `Unavailable`. Default: no limit. */
  readonly limitMs?: number;
  /** Told, once each, what is wrong with the cache. Nothing fails by it: STS is asked instead. */
  readonly onWarning?: (error: AgentRolesError) => void;
}

/** Sessions on disk that every process of this user shares. */
export interface SessionCache {
  /**
   * The same AssumeRole, asked once for all processes: a session that another one got is given when it will do (by default
   * when it is not yet due), and who asks while somebody else does gets the same answer.
   */
  assumeRole(assumeRole: AssumeRole, origin: SessionOrigin): AssumeRole;
  /** What is known of a role, without asking anybody; the session may have expired. Never rejects. */
  read(role: SessionRole, origin: SessionOrigin): Promise<CacheEntry>;
}

export function sessionCache(options: SessionCacheOptions = {}): SessionCache {
  const { env = process.env, clock = systemClock, random = Math.random, onWarning = () => undefined } = options;
  const { limitMs = Infinity } = options;
  const warned = new Set<string>();
  const pending = new Map<string, Promise<SessionCredentials>>();
  let prunedAt = -Infinity;
  const directory = openDirectory();

  function openDirectory(): string | undefined {
    try {
      return cacheDirectory(env);
    } catch (error) {
      if (error instanceof AgentRolesError) warn(error);
      return undefined;
    }
  }

  function warn(error: AgentRolesError): void {
    if (warned.has(error.message)) return;
    warned.add(error.message);
    onWarning(error);
  }

  async function prune(): Promise<void> {
    if (directory === undefined || clock.now() - prunedAt < PRUNE_EVERY_MS) return;
    prunedAt = clock.now();
    await pruneCache(directory, clock.now());
  }

  function assumeRole(assume: AssumeRole, origin: SessionOrigin): AssumeRole {
    return async (request, accept = (session) => clock.now() < refreshAt(session)) => {
      const key = sessionKey(request, origin);
      for (let running = pending.get(key); running; running = pending.get(key)) {
        const session = await running;
        if (accept(session)) return session;
      }
      const { subject } = request;
      const ask = (): Promise<SessionCredentials> => limited(assume(request, accept), { limitMs, subject, clock });
      const over = new AbortController();
      const { signal } = over;
      const shared =
        directory === undefined
          ? ask()
          : sharedSession({ directory, key, ask, accept, clock, signal, random, onProblem: warn, onWritten: prune });
      const work = limited(shared, { limitMs: limitMs + TELLING_MS, subject, clock }).finally(() => {
        pending.delete(key);
        over.abort();
      });
      pending.set(key, work);
      return work;
    };
  }

  async function read(role: SessionRole, origin: SessionOrigin): Promise<CacheEntry> {
    if (directory === undefined) return {};
    const file = await lookIntoCache({ directory, key: sessionKey(role, origin), onProblem: warn });
    return file?.entry ?? {};
  }

  return { assumeRole, read };
}

function limited<T>(work: Promise<T>, options: { limitMs: number; subject: string; clock: Clock }): Promise<T> {
  return options.limitMs === Infinity ? work : withTimeout(work, options);
}
