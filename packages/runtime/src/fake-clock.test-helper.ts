import { syncBuiltinESMExports } from "node:module";
// oxlint-disable-next-line tests/no-guessing -- It counts the pauses of others.
import timers from "node:timers/promises";
import type { Clock } from "./clock.ts";

/** A clock that stops until the test moves it; it never moves while files are read or written or a real timer runs, however slow the machine is. */
export interface FakeClock extends Clock {
  /** Moves time on, waking sleepers in their order, each once the event loop is idle. */
  advance(ms: number): Promise<void>;
  /** Moves time on from sleeper to sleeper until the work has ended. @returns its result. */
  until<T>(work: Promise<T>): Promise<T>;
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
  const outsideBefore = active(OUTSIDE).length;
  const pausesBefore = new Set(pauses);

  /** The next to wake, not later than `end`. */
  function earliest(end: number): Sleeper | undefined {
    return [...sleepers].filter(({ wakeAt }) => wakeAt <= end).toSorted((a, b) => a.wakeAt - b.wakeAt)[0];
  }

  async function rest(): Promise<void> {
    do {
      await settle();
      const [resource] = active(OUTSIDE).slice(outsideBefore);
      if (resource) throw new Error(`fake time cannot wait for a ${resource}`);
    } while ([...pauses].some((pause) => !pausesBefore.has(pause)));
  }

  function goTo(sleeper: Sleeper): void {
    now = Math.max(now, sleeper.wakeAt);
    sleeper.wake();
  }

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
      await rest();
      for (let next = earliest(end); next; next = earliest(end)) {
        goTo(next);
        await rest();
      }
      now = end;
    },
    until: async (work) => {
      const end = new AbortController();
      const result = work.finally(() => end.abort());
      result.catch(() => undefined);
      for (await rest(); !end.signal.aborted; await rest()) {
        const next = earliest(Infinity);
        if (next) goTo(next);
      }
      return result;
    },
  };
}

/** Waits until the event loop is idle: promise chains have run out and no file is being read or written. */
export async function settle(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    if (active(/^(FSReq|CloseReq)/).length > 0) turns = -1;
  }
}

/** Sockets, processes and watched files: nobody can say when they are idle, so a test with fake time opens none. */
const OUTSIDE = /^(TCP|UDP|GetAddrInfo|ProcessWrap|FSEvent|StatWatcher)/;

/** Pauses by the system's clock that keep a process alive, such as those of a program that waits for a lock. */
const pauses = new Set<Promise<unknown>>();

// Node's count of active timers has Vitest's timers in it, too.
// oxlint-disable-next-line tests/no-guessing -- Called for others.
const pauseOf = timers.setTimeout;
// oxlint-disable-next-line tests/no-guessing -- Called for others.
timers.setTimeout = async (ms, value, options) => {
  const pause = pauseOf(ms, value, options);
  if (options?.ref !== false) pauses.add(pause);
  return pause.finally(() => pauses.delete(pause));
};
syncBuiltinESMExports();

function active(kind: RegExp): string[] {
  return process.getActiveResourcesInfo().filter((resource) => kind.test(resource));
}
