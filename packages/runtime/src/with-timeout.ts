import { AgentRolesError } from "./agent-roles-error.ts";
import type { Clock } from "./clock.ts";

export interface TimeoutOptions {
  /** Milliseconds; `Infinity` for no limit. */
  readonly limitMs: number;
  readonly clock: Clock;
  /** A shorter limit that begins when this signal aborts. */
  readonly onStop?: { readonly signal: AbortSignal; readonly limitMs: number };
  /** The error of work that takes too long. */
  readonly error: () => Error;
}

/**
 * The result of the work. When the work takes too long, its signal aborts and it is let go of: what comes later is ignored.
 *
 * @throws what `error` returns, after `limitMs`.
 */
export async function withTimeout<T>(work: (signal: AbortSignal) => Promise<T>, options: TimeoutOptions): Promise<T> {
  const { limitMs, clock, onStop, error } = options;
  const giveUp = new AbortController();
  const done = new AbortController();
  let stop: (() => void) | undefined;
  const late = new Promise<never>((_, reject) => {
    const wait = async (ms: number): Promise<void> => {
      await clock.sleep(ms, done.signal);
      if (!done.signal.aborted) reject(error());
    };
    if (limitMs !== Infinity) void wait(limitMs);
    if (!onStop) return;
    stop = () => void wait(onStop.limitMs);
    if (onStop.signal.aborted) stop();
    else onStop.signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([work(giveUp.signal), late]);
  } catch (reason) {
    giveUp.abort(reason);
    throw reason;
  } finally {
    // An explicit reason avoids the cost of creating an error.
    done.abort("done");
    if (stop) onStop?.signal.removeEventListener("abort", stop);
  }
}

/** The error of a call that takes too long. */
export function noAnswer(subject: string, limitMs: number): AgentRolesError {
  return new AgentRolesError(`${subject}: no answer within ${limitMs / 1000} s`, {
    code: "Unavailable",
    retryable: true,
    fix: "Check the network path to STS, and what gives the master its credentials.",
  });
}
