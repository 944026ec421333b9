import type { Clock } from "../clock.ts";

/** After a suspend or a jump of the wall clock, what is due is noticed within this. */
const LONGEST_NAP_MS = 60_000;

/** As much of a role's session as the loop needs. */
export interface Refreshable {
  /** Milliseconds since the epoch; `Infinity` while a refresh is under way. */
  readonly dueAt: () => number;
  /** Never rejects. */
  readonly refresh: () => Promise<unknown>;
}

export interface RotationLoop {
  /** Some session is now due at this time: the loop will not nap beyond it. */
  readonly wakeBy: (dueAt: number) => void;
  /** Resolves when the signal has stopped the loop; a call in flight is not waited for. */
  readonly done: Promise<void>;
}

/**
 * Refreshes each session when it is due, until `signal` aborts. What is due is read from the wall clock on every look, and no look
 * waits for a refresh: a slow or failing role holds up none.
 *
 * @param sessions - read on every look, so that roles can be added and removed.
 */
export function rotationLoop(sessions: () => Iterable<Refreshable>, clock: Clock, signal: AbortSignal): RotationLoop {
  let nap = new AbortController();
  let wakesAt = 0;
  // A reason of our own spares the making of an error.
  const wake = (): void => nap.abort("awake");

  async function run(): Promise<void> {
    signal.addEventListener("abort", wake);
    while (!signal.aborted) {
      if (nap.signal.aborted) nap = new AbortController();
      const now = clock.now();
      wakesAt = lookAt(sessions(), now);
      await clock.sleep(wakesAt - now, nap.signal);
    }
    signal.removeEventListener("abort", wake);
  }

  return {
    wakeBy: (dueAt) => {
      if (dueAt < wakesAt) wake();
    },
    done: run(),
  };
}

/** Begins what is due. @returns until when nothing else will be, milliseconds since the epoch. */
function lookAt(sessions: Iterable<Refreshable>, now: number): number {
  let nextAt = now + LONGEST_NAP_MS;
  for (const session of sessions) {
    const dueAt = session.dueAt();
    if (dueAt <= now) void session.refresh();
    else nextAt = Math.min(nextAt, dueAt);
  }
  return nextAt;
}
