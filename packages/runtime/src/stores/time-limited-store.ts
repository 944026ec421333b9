import { AgentRolesError } from "../agent-roles-error.ts";
import type { Clock } from "../clock.ts";
import { withTimeout } from "../with-timeout.ts";
import type { CredentialStore } from "./credential-store.ts";

/** A file takes milliseconds, Secrets Manager with its retries some seconds. */
const LIMIT_MS = 30_000;

/** Containers are killed ten seconds after the signal to stop. */
const LIMIT_ON_STOP_MS = 5_000;

/**
 * The same store, but each call ends: after thirty seconds, or five after `stop` aborts, it is aborted and rejects. Until the hanging
 * call has really ended every other one rejects at once, so that old credentials never overwrite newer ones.
 */
export function timeLimitedStore(store: CredentialStore, clock: Clock, stop?: AbortSignal): CredentialStore {
  let hanging = false;

  async function limited<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (hanging) throw hangs("the previous call has still not ended");
    hanging = true;
    const work = async (signal: AbortSignal): Promise<T> => {
      try {
        return await call(signal);
      } finally {
        hanging = false;
      }
    };
    return withLimit(work);
  }

  function withLimit<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return withTimeout(work, {
      limitMs: LIMIT_MS,
      clock,
      ...(stop && { onStop: { signal: stop, limitMs: LIMIT_ON_STOP_MS } }),
      error: () => hangs("no answer in time"),
    });
  }

  function hangs(what: string): AgentRolesError {
    const fix = "Check why the store does not answer. When it does, it gets everything that is newer.";
    return new AgentRolesError(`${store.name}: ${what}`, { code: "StoreFailed", retryable: true, fix });
  }

  return {
    name: store.name,
    put: (entries) => limited((signal) => store.put(entries, { signal, clockOffsetMs: clock.offsetMs?.() ?? 0 })),
    remove: (profiles) => limited((signal) => store.remove(profiles, { signal })),
    // A look writes nothing: no call waits for it or is refused because of it.
    ...(store.missing && { missing: (settleMs) => withLimit(async () => (await store.missing?.(settleMs)) ?? []) }),
  };
}
