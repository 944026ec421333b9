import { AgentRolesError } from "../agent-roles-error.ts";
import type { Clock } from "../clock.ts";
import type { CredentialStore } from "./credential-store.ts";

/** A file takes milliseconds, Secrets Manager with its retries some seconds. */
const LIMIT_MS = 30_000;

/** Containers are killed ten seconds after they are told to stop. */
const LIMIT_ON_STOP_MS = 5_000;

/**
 * The same store, but each call ends: after thirty seconds, or five after `stop` aborts, it is aborted and rejects. Until the hanging
 * call has really ended every other one rejects at once, so that old credentials never overwrite newer ones.
 */
export function timeLimitedStore(store: CredentialStore, clock: Clock, stop?: AbortSignal): CredentialStore {
  let hanging = false;

  async function limited<T>(call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (hanging) throw hangs("a call that it was given before has still not ended");
    const abort = new AbortController();
    // In plain JavaScript, it may return no promise.
    const work = Promise.resolve(call(abort.signal));
    hanging = true;
    const ended = work.then(
      () => undefined,
      () => undefined,
    );
    void ended.then(() => {
      hanging = false;
    });
    if (await endsInTime(ended, clock, stop)) return work;
    abort.abort();
    throw hangs("did not answer in time");
  }

  function hangs(what: string): AgentRolesError {
    const fix = "see why the place does not answer; when it does, it gets everything that is newer";
    return new AgentRolesError(`${store.name}: ${what}`, { code: "StoreFailed", retryable: true, fix });
  }

  return {
    name: store.name,
    put: (entries) => limited((signal) => store.put(entries, { signal })),
    remove: (profiles) => limited((signal) => store.remove(profiles, { signal })),
  };
}

async function endsInTime(ended: Promise<void>, clock: Clock, stop: AbortSignal | undefined): Promise<boolean> {
  const over = new AbortController();
  let onStop: (() => void) | undefined;
  const timeUp = new Promise<boolean>((resolve) => {
    const wait = async (ms: number): Promise<void> => clock.sleep(ms, over.signal).then(() => resolve(false));
    onStop = () => void wait(LIMIT_ON_STOP_MS);
    void wait(LIMIT_MS);
    if (stop?.aborted) onStop();
    else stop?.addEventListener("abort", onStop, { once: true });
  });
  try {
    return await Promise.race([ended.then(() => true), timeUp]);
  } finally {
    over.abort();
    if (onStop) stop?.removeEventListener("abort", onStop);
  }
}
