import { setTimeout } from "node:timers/promises";

/** No timer is longer than a minute: after a suspend or a clock jump the wall clock is read again soon. */
const LONGEST_TIMER_MS = 60_000;

/** Time as the runtime sees it; tests pass their own. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Milliseconds since some moment, which no correction of the wall clock moves. Without it a clock that is set back goes unnoticed. */
  monotonic?(): number;
  /** How far `now` is ahead of this machine's wall clock, milliseconds. Default: 0. */
  offsetMs?(): number;
  /** Waits; ends early and quietly when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await setTimeout(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  },
};

/** Waits until the wall clock says `time` (milliseconds since the epoch), or until `signal` aborts. */
export async function sleepUntil(time: number, clock: Clock, signal: AbortSignal): Promise<void> {
  for (let left = time - clock.now(); left > 0 && !signal.aborted; left = time - clock.now()) {
    await clock.sleep(Math.min(left, LONGEST_TIMER_MS), signal);
  }
}
