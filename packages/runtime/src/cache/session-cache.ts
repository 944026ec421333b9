import { rm } from "node:fs/promises";
import { AgentRolesError, toAgentRolesError } from "../agent-roles-error.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Env } from "../role-env/env.ts";
import type { SessionCredentials } from "../session/credentials.ts";
import { refreshAt } from "../session/refresh-schedule.ts";
import type { AssumeRole } from "../session/role-request.ts";
import { sessionKey, type SessionOrigin, type SessionRole } from "../session/session-key.ts";
import { noAnswer, withTimeout } from "../with-timeout.ts";
import { cacheDirectory } from "./cache-directory.ts";
import type { CacheEntry } from "./cache-entry.ts";
import { cacheFile } from "./cache-file.ts";
import { localCaller, profileEndpoints } from "./local-caller.ts";
import { pruneCache } from "./prune-cache.ts";
import { revokedAt } from "./revocation.ts";
import { lookIntoCache, sharedSession } from "./shared-session.ts";

/** Old entries are deleted by the process that writes, this often. */
const PRUNE_EVERY_MS = 3_600_000;

/** A process that asked STS without success needs a moment more to write the failure down for the others. */
const WRITE_MS = 500;

export interface SessionCacheOptions {
  /** Default: `process.env`. */
  readonly env?: Env;
  readonly clock?: Clock;
  /** From 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** After this time, milliseconds, a caller gets a session or `Unavailable`. Default: no limit. */
  readonly limitMs?: number;
  /** Receives, once each, what is wrong with the cache. Nothing fails because of it: STS is called instead. */
  readonly onWarning?: (error: AgentRolesError) => void;
}

/** What determines a session, and who the caller is. */
export interface CallerOrigin extends SessionOrigin {
  /** Identifies the caller when variables and files do not. Without an identity nothing is shared. */
  readonly caller?: () => Promise<string | undefined>;
  /** The {@link profileEndpoints} of `env`, where many roles are read at once. Default: read from the config file for each. */
  readonly endpoints?: string;
}

/** Sessions on disk that all processes of this user with the same caller share. */
export interface SessionCache {
  /**
   * The same AssumeRole, called once for all processes: a session that another process got is returned when it is good enough
   * (by default: when it is not yet due), and processes that ask at the same time get the same answer.
   */
  assumeRole(assumeRole: AssumeRole, origin: CallerOrigin): AssumeRole;
  /** What is known of a role, without a call; the session can have expired. Never rejects. */
  read(role: SessionRole, origin: CallerOrigin): Promise<CacheEntry>;
  /** Sessions of the role issued before this time are revoked, milliseconds since the epoch; 0 when none are. */
  revokedAt(role: SessionRole): number;
  /** Deletes what is known of a role, when the call in flight has ended. Never rejects. */
  forget(role: SessionRole, origin: CallerOrigin): Promise<void>;
}

/** An entry's key: the session's, the endpoints of the profile, and the caller that the entry belongs to. */
export function entryKey(caller: string, role: SessionRole, origin: CallerOrigin): string {
  return JSON.stringify([caller, origin.endpoints ?? profileEndpoints(origin.env), sessionKey(role, origin)]);
}

async function keyOf(role: SessionRole, { caller, ...origin }: CallerOrigin): Promise<string | undefined> {
  const known = caller ? await caller() : localCaller(origin.env);
  return known === undefined ? undefined : entryKey(known, role, origin);
}

export function sessionCache(options: SessionCacheOptions = {}): SessionCache {
  const { env = process.env, clock = systemClock, random = Math.random, onWarning = () => undefined } = options;
  const { limitMs = Infinity } = options;
  const warned = new Set<string>();
  const inFlight = new Map<string, Promise<SessionCredentials>>();
  let prunedAt = -Infinity;
  const directory = openDirectory();

  function openDirectory(): string | undefined {
    try {
      return cacheDirectory(env);
    } catch (error) {
      warn(toAgentRolesError(error, { code: "StoreFailed", fix: "Set AGENT_ROLES_CACHE_DIR." }));
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
    await pruneCache(directory);
  }

  function assumeRole(assume: AssumeRole, origin: CallerOrigin): AssumeRole {
    return async (request, accept = (session) => clock.now() < refreshAt(session)) => {
      const { subject } = request;
      const limited = <T>(ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
        withTimeout(work, { limitMs: ms, clock, error: () => noAnswer(subject, limitMs) });
      const ask = (): Promise<SessionCredentials> => limited(limitMs, (signal) => assume(request, accept, signal));
      const key = await keyOf(request, origin);
      if (directory === undefined || key === undefined || request.attributes) return ask();
      for (let running = inFlight.get(key); running; running = inFlight.get(key)) {
        const session = await running;
        if (accept(session)) return session;
      }
      const work = limited(limitMs + WRITE_MS, (signal) =>
        sharedSession({ directory, key, ask, accept, clock, signal, random, onProblem: warn, onWritten: prune }),
      ).finally(() => inFlight.delete(key));
      inFlight.set(key, work);
      return work;
    };
  }

  async function read(role: SessionRole, origin: CallerOrigin): Promise<CacheEntry> {
    // The next call meets the same failure and reports it.
    const key = await keyOf(role, origin).catch(() => undefined);
    if (directory === undefined || key === undefined) return {};
    return lookIntoCache({ directory, key, onProblem: warn })?.entry ?? {};
  }

  async function forget(role: SessionRole, origin: CallerOrigin): Promise<void> {
    try {
      const key = await keyOf(role, origin);
      if (directory === undefined || key === undefined) return;
      await inFlight.get(key)?.catch(() => undefined);
      await rm(cacheFile(directory, key), { force: true });
    } catch (error) {
      const fix = "Delete the files of AGENT_ROLES_CACHE_DIR, or of ~/.aws/agent-roles/cache.";
      warn(toAgentRolesError(error, { code: "StoreFailed", fix }));
    }
  }

  return {
    assumeRole,
    read,
    revokedAt: ({ role }) => (directory === undefined ? 0 : revokedAt(directory, role.arn)),
    forget,
  };
}
