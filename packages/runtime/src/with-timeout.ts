import { AgentRolesError } from "./agent-roles-error.ts";
import type { Clock } from "./clock.ts";

/**
 * The work's result, unless it takes too long.
 *
 * @param subject - whose work it is, for the message.
 * @throws {AgentRolesError} `Unavailable` after `limitMs` milliseconds; what comes later is ignored.
 */
export async function withTimeout<T>(
  work: Promise<T>,
  { limitMs, subject, clock }: { limitMs: number; subject: string; clock: Clock },
): Promise<T> {
  const over = new AbortController();
  const late = clock.sleep(limitMs, over.signal).then((): Promise<T> => {
    if (over.signal.aborted) return work;
    const message = `${subject}: no answer within ${limitMs / 1000} s`;
    const fix = "it is tried again; check the network path to STS and what gives the master its credentials";
    throw new AgentRolesError(message, { code: "Unavailable", retryable: true, fix });
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    // A reason of our own spares the making of an error.
    over.abort("in time");
  }
}
