import { isValid, type SessionCredentials } from "../session-credentials.ts";

/** Clocks of processes that follow AWS's time differ by less. */
const AHEAD_MS = 5 * 60_000;

/** Whether a cached session is valid. One from the future is not: the clock was set back, and its age is unknown. */
export function isUsable(session: SessionCredentials | undefined, now: number): session is SessionCredentials {
  return isValid(session, now) && session.issuedAt.getTime() - now < AHEAD_MS;
}
