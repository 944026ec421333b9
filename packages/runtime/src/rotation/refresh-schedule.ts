import type { SessionCredentials } from "../session-credentials.ts";

/** The promise to users: a role is re-assumed ten minutes before its credentials expire. */
const REFRESH_MARGIN_MS = 10 * 60_000;

type Lifetime = Pick<SessionCredentials, "issuedAt" | "expiration">;

/**
 * When these credentials are due for rotation: ten minutes before they expire, or at half-life when the session is too
 * short for that margin.
 *
 * @returns milliseconds since the epoch; always before the expiration.
 */
export function nextRefresh({ issuedAt, expiration }: Lifetime): number {
  const lifetimeMs = Math.max(0, expiration.getTime() - issuedAt.getTime());
  return expiration.getTime() - Math.min(REFRESH_MARGIN_MS, lifetimeMs / 2);
}

export type Freshness = "fresh" | "expiring" | "expired";

/** `expiring` credentials are still valid and due for rotation. */
export function freshness(credentials: Lifetime, now: number): Freshness {
  if (now >= credentials.expiration.getTime()) return "expired";
  return now >= nextRefresh(credentials) ? "expiring" : "fresh";
}
