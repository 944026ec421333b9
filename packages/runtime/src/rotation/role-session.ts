import { AgentRolesError, toAgentRolesError } from "../agent-roles-error.ts";
import type { Clock } from "../clock.ts";
import { isValid, type SessionCredentials } from "../session/credentials.ts";
import { advisoryRefreshAt, refreshAt } from "../session/refresh-schedule.ts";
import { retryDelayMs } from "./retry-delay.ts";

/** What is known of one role's session. */
export interface SessionState {
  /** The newest credentials, expired ones included; never returned without a check of their expiration. */
  readonly credentials?: SessionCredentials;
  /** Why the last refresh failed; gone with the next that works. */
  readonly failure?: AgentRolesError;
  /** When to call STS again, milliseconds since the epoch. */
  readonly dueAt: number;
}

/**
 * Gets new credentials of one role.
 *
 * @param accept - whether credentials that another process got are good enough.
 */
export type Assume = (accept: (credentials: SessionCredentials) => boolean) => Promise<SessionCredentials>;

/** When credentials are due, milliseconds since the epoch. */
type DueAtOf = (credentials: SessionCredentials) => number;

export interface RoleSessionOptions {
  readonly clock: Clock;
  /** From 0 to 1, for the jitter after failures. */
  readonly random: () => number;
  /** Credentials to return while they are valid and STS gives no newer ones. */
  readonly initial?: SessionCredentials;
  /** A valid session that another process got; read when STS fails and there are no valid credentials. */
  readonly readCachedSession?: () => Promise<SessionCredentials | undefined>;
  /** The role's sessions issued before this time are revoked, milliseconds since the epoch. Default: none are. */
  readonly revokedAt?: () => number;
  /** Called after every refresh. */
  readonly onRefresh?: (state: SessionState, previous: SessionState) => void;
}

export interface CredentialsOptions {
  /** Time that is left at least, milliseconds; half of the session's length where the session is too short for it. */
  readonly minTtlMs?: number;
}

/** One role's credentials in this process: one STS call in flight at most, and valid credentials outlive a failing refresh. */
export interface RoleSession {
  readonly state: () => SessionState;
  /** Whether there are credentials that are valid and not due, and the last refresh did not fail. */
  readonly isFresh: () => boolean;
  /** When the rotation should refresh, milliseconds since the epoch; never while a refresh is under way. */
  readonly dueAt: () => number;
  /**
   * Credentials that are valid now. Credentials that are due are returned while they are valid, and refreshed in the background.
   * With `minTtlMs`, ones with less time left are refreshed first; when that fails, the ones that are still valid are returned.
   *
   * @throws {AgentRolesError} when there are none and STS gives none.
   */
  readonly credentials: (options?: CredentialsOptions) => Promise<SessionCredentials>;
  /** Calls STS now, or joins the call in flight. Never rejects: failures are in the state. */
  readonly refresh: () => Promise<SessionState>;
  /**
   * Takes what another process got in the meantime, if the last refresh failed; replaces a revoked session. Never rejects.
   * Left out where no other process shares the session.
   */
  readonly look?: () => Promise<void>;
  /** After a failure: due at this time, milliseconds since the epoch, instead of after the pause. */
  readonly retryAt: (dueAt: number) => void;
}

export function roleSession(assume: Assume, options: RoleSessionOptions): RoleSession {
  const { clock, random, initial, readCachedSession, revokedAt = () => 0, onRefresh } = options;
  let state: SessionState = { ...(initial && { credentials: initial }), dueAt: 0 };
  let failures = 0;
  let failedAt = 0;
  let pending: Promise<SessionState> | undefined;

  async function ask(dueAtOf: DueAtOf): Promise<SessionState> {
    const previous = state;
    try {
      const issued = await assume((other) => clock.now() < dueAtOf(other));
      if (!isValid(issued, clock.now())) throw alreadyExpired(issued, clock.now());
      failures = 0;
      failedAt = 0;
      state = { credentials: issued, dueAt: refreshAt(issued) };
    } catch (error) {
      failures += 1;
      const failure = toAgentRolesError(error);
      const known = valid() ?? (readCachedSession && (await readCachedSession())) ?? previous.credentials;
      const now = clock.now();
      const validMs = (known?.expiration.getTime() ?? now) - now;
      failedAt = now;
      const delayMs = retryDelayMs(failure, { attempt: failures, isNew: !known, validMs, random });
      state = { ...(known && { credentials: known }), failure, dueAt: now + delayMs };
    }
    pending = undefined;
    onRefresh?.(state, previous);
    return state;
  }

  function refresh(dueAtOf: DueAtOf = refreshAt): Promise<SessionState> {
    // Not before the next turn, so that `pending` is set when `ask` clears it.
    pending ??= Promise.resolve(dueAtOf).then(ask);
    return pending;
  }

  async function look(): Promise<void> {
    if (pending) return;
    if (!state.failure) return replaceRevoked();
    const found = await readCachedSession?.();
    if (!found || !state.failure || pending || clock.now() >= refreshAt(found)) return;
    const previous = state;
    failures = 0;
    failedAt = 0;
    state = { credentials: found, dueAt: refreshAt(found) };
    onRefresh?.(state, previous);
  }

  async function replaceRevoked(): Promise<void> {
    const at = revokedAt();
    // AWS also denies new sessions until then.
    const isRevoked = state.credentials && state.credentials.issuedAt.getTime() < at && at <= clock.now();
    if (isRevoked) await refresh();
  }

  /** A clock that was set back to the right time would draw a pause of seconds out to hours. */
  function dueAt(): number {
    return clock.now() < failedAt ? 0 : state.dueAt;
  }

  function valid(): SessionCredentials | undefined {
    return isValid(state.credentials, clock.now()) ? state.credentials : undefined;
  }

  function validOrThrow(): SessionCredentials {
    const current = valid();
    if (current) return current;
    throw state.failure ?? toAgentRolesError("no credentials");
  }

  function notDue(now: number): SessionCredentials | undefined {
    return now < state.dueAt && now >= failedAt && isValid(state.credentials, now) ? state.credentials : undefined;
  }

  async function credentials({ minTtlMs }: CredentialsOptions = {}): Promise<SessionCredentials> {
    if (minTtlMs !== undefined) return longLived(minTtlMs);
    const now = clock.now();
    const current = notDue(now);
    if (current) return current;
    if (now >= dueAt()) {
      const refreshed = refresh();
      if (!valid()) await refreshed;
    }
    return validOrThrow();
  }

  async function longLived(minTtlMs: number): Promise<SessionCredentials> {
    const { credentials: current, failure } = state;
    const dueAtOf = (issued: SessionCredentials): number => advisoryRefreshAt(issued, minTtlMs);
    // After a failure the backoff counts: such a reader asks again on every request.
    if (clock.now() >= (current && !failure ? dueAtOf(current) : dueAt())) await refresh(dueAtOf);
    return validOrThrow();
  }

  return {
    state: () => state,
    isFresh: () => !state.failure && notDue(clock.now()) !== undefined,
    dueAt: () => (pending ? Infinity : dueAt()),
    credentials,
    refresh: () => refresh(),
    ...((readCachedSession || options.revokedAt) && { look }),
    retryAt: (at) => {
      if (state.failure) state = { ...state, dueAt: at };
    },
  };
}

function alreadyExpired({ expiration }: SessionCredentials, now: number): AgentRolesError {
  const message = `STS gave credentials until ${expiration.toISOString()}, but this machine's time is ${new Date(now).toISOString()}`;
  return new AgentRolesError(message, { code: "ClockSkew", retryable: true, fix: "Set this machine's clock (NTP)." });
}
