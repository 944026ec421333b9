import { type Clock, sleepUntil } from "../clock.ts";
import type { RoleSession } from "./role-session.ts";

/**
 * Keeps one session fresh until `signal` aborts: one small loop a role, so that none waits for another.
 *
 * @returns resolves when rotation has stopped; a call in flight is not waited for.
 */
export async function rotateSession(session: RoleSession, clock: Clock, signal: AbortSignal): Promise<void> {
  const aborted = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
  while (!signal.aborted) {
    await sleepUntil(session.state().dueAt, clock, signal);
    if (!signal.aborted) await Promise.race([session.refresh(), aborted]);
  }
}
