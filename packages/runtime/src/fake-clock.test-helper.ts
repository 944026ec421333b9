import type { Clock } from "./clock.ts";

/** A clock that stands still until the test moves it. */
export interface FakeClock extends Clock {
  /** Moves time on, waking sleepers in their order, and lets what they started come to rest. */
  advance(ms: number): Promise<void>;
  /** Moves the wall clock on, as a suspend does: sleepers still have to sleep what is left of their time. */
  jump(ms: number): void;
  /** Sets the wall clock, as NTP does: no time goes by. */
  correct(ms: number): void;
  /** The longest sleep that anybody asked for. */
  longestSleepMs(): number;
}

interface Sleeper {
  wakeAt: number;
  readonly wake: () => void;
}

export function fakeClock(start: number = Date.parse("2026-01-01T00:00:00Z")): FakeClock {
  let now = start;
  let corrected = 0;
  let longest = 0;
  const sleepers = new Set<Sleeper>();

  function jump(ms: number): void {
    now += ms;
    for (const sleeper of sleepers) sleeper.wakeAt += ms;
  }

  return {
    now: () => now,
    longestSleepMs: () => longest,
    monotonic: () => now - corrected,
    jump,
    correct: (ms) => {
      jump(ms);
      corrected += ms;
    },
    sleep: (ms, signal) => {
      longest = Math.max(longest, ms);
      return new Promise((resolve) => {
        const wake = (): void => {
          signal.removeEventListener("abort", wake);
          sleepers.delete(sleeper);
          resolve();
        };
        const sleeper = { wakeAt: now + ms, wake };
        sleepers.add(sleeper);
        signal.addEventListener("abort", wake);
      });
    },
    advance: async (ms) => {
      const end = now + ms;
      await settle();
      for (;;) {
        const next = [...sleepers].filter(({ wakeAt }) => wakeAt <= end).toSorted((a, b) => a.wakeAt - b.wakeAt)[0];
        if (!next) break;
        now = Math.max(now, next.wakeAt);
        next.wake();
        await settle();
      }
      now = end;
    },
  };
}

/** Lets promise chains without timers or input run out. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
}
