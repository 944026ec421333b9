import type { Clock } from "./clock.ts";

/** The `Date` header counts whole seconds and travels for a while: a smaller difference is no news. */
const NOTICEABLE_MS = 5_000;

/** SDK clients ask for the time on every request; a look at a second clock as often would double what that costs. */
const LOOK_EVERY_MS = 1_000;

/** Time as AWS has it: this machine's clock, corrected by what AWS's answers say. */
export interface AwsClock extends Clock {
  /** How far AWS is ahead of this machine, milliseconds; 0 when there is no difference to speak of. */
  offsetMs(): number;
  /** Learns from an answer. @param date - AWS's time when it answered, milliseconds since the epoch. */
  readonly correct: (date: number) => void;
}

/**
 * A clock that follows AWS, because sessions end by AWS's clock. A local clock that is set back is noticed within a second, also
 * where nobody sleeps: until AWS answers again, time goes on as if it had not been. (Set forward, it looks like a suspend.)
 *
 * @param onChange - called when the difference changes noticeably.
 */
export function awsClock(local: Clock, onChange: (offsetMs: number) => void = () => undefined): AwsClock {
  let offset = 0;
  let lookedAt = local.now();
  let aheadOfMonotonic = wallAhead();

  function wallAhead(): number {
    return local.now() - (local.monotonic?.() ?? local.now());
  }

  function noticeSetBack(wall: number): void {
    lookedAt = wall;
    const setBack = aheadOfMonotonic - wallAhead();
    aheadOfMonotonic = wallAhead();
    if (setBack < NOTICEABLE_MS) return;
    offset += setBack;
    onChange(offset);
  }

  return {
    now: () => {
      const wall = local.now();
      if (wall < lookedAt || wall - lookedAt >= LOOK_EVERY_MS) noticeSetBack(wall);
      return wall + offset;
    },
    sleep: (ms, signal) => local.sleep(ms, signal),
    offsetMs: () => offset,
    correct: (date) => {
      aheadOfMonotonic = wallAhead();
      const difference = date - local.now();
      const learned = Math.abs(difference) < NOTICEABLE_MS ? 0 : difference;
      if (Math.abs(learned - offset) < NOTICEABLE_MS) return;
      offset = learned;
      onChange(offset);
    },
  };
}
