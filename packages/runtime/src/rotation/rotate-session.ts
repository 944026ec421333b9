import { type Clock, sleepUntil } from "../clock.ts";
import type { RoleSession } from "./role-session.ts";

/**
 * Keeps one session fresh until `signal` aborts: one small loop a role, so that none waits for another.
 *
 * @returns resolves when rotation has stopped; a call in flight is not waited for.
 */
export async function rotateSession(session: RoleSession, clock: Clock, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleepUntil(session.state().dueAt, clock, signal);
    if (!signal.aborted) await untilAborted(session.refresh(), signal);
  }
}

/** Unlike `Promise.race` it leaves nothing behind on the signal, however many months it goes on. */
async function untilAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  let stop: (() => void) | undefined;
  const aborted = new Promise<void>((resolve) => {
    stop = resolve;
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    await Promise.race([work, aborted]);
  } finally {
    if (stop) signal.removeEventListener("abort", stop);
  }
}
