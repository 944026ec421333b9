import type { SessionCredentials } from "./credentials.ts";

/** The promise to users: a role is re-assumed ten minutes before its credentials expire. */
const REFRESH_MARGIN_MS = 10 * 60_000;

/** A minute above the 15 at which botocore begins to ask on every request. */
export const SELF_REFRESHING_TTL_MS: number = 16 * 60_000;

/** Sessions of one hour are spread over this before their deadline, shorter ones over less. */
const LONGEST_JITTER_MS = 60_000;
const JITTER_SHARE = 1 / 60;

export type Lifetime = Pick<SessionCredentials, "accessKeyId" | "issuedAt" | "expiration" | "isLast">;

/**
 * When these credentials are due for rotation: ten minutes before they expire, or at half-life when the session is too
 * short for that margin; and up to a minute before that, so that roles which were assumed together do not stay together. The
 * jitter follows from the key id: every process that holds these credentials comes to the same moment.
 *
 * @returns milliseconds since the epoch, always before the expiration; `Infinity` for a task's last session.
 */
export function refreshAt(credentials: Lifetime): number {
  if (credentials.isLast) return Infinity;
  const jitterMs = share(credentials.accessKeyId) * Math.min(LONGEST_JITTER_MS, lifetimeMs(credentials) * JITTER_SHARE);
  return beforeExpiration(credentials, REFRESH_MARGIN_MS) - Math.floor(jitterMs);
}

/**
 * From when on a reader that refreshes itself should find newer credentials: such a reader asks again, on every request, until
 * it gets some that last longer.
 *
 * @returns milliseconds since the epoch; never after {@link refreshAt}'s deadline.
 */
export function advisoryRefreshAt(credentials: Lifetime, minTtlMs: number = SELF_REFRESHING_TTL_MS): number {
  if (credentials.isLast) return Infinity;
  return Math.min(beforeExpiration(credentials, minTtlMs), refreshAt(credentials));
}

export type Freshness = "fresh" | "expiring" | "expired";

/** `expiring` credentials are still valid and due for rotation. */
export function freshness(credentials: Lifetime, now: number): Freshness {
  if (now >= credentials.expiration.getTime()) return "expired";
  return now >= refreshAt(credentials) ? "expiring" : "fresh";
}

function beforeExpiration(credentials: Lifetime, marginMs: number): number {
  return credentials.expiration.getTime() - Math.min(marginMs, lifetimeMs(credentials) / 2);
}

function lifetimeMs({ issuedAt, expiration }: Lifetime): number {
  return Math.max(0, expiration.getTime() - issuedAt.getTime());
}

/** From 0 to 1, the same for the same text: FNV-1a over its characters. */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  // The last characters stir the lowest bits only; folding brings them up.
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
