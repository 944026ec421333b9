import { type Clock, sleepUntil } from "../clock.ts";
import type { OnEvent } from "../events.ts";
import type { CredentialStore, StoredCredentials } from "./credential-store.ts";
import { storeEntries } from "./store-entries.ts";

/** Roles that were assumed together are due together: waiting this long makes one write of them. */
const GATHER_MS = 50;

/** A store that failed is tried again after this, with whatever has been rotated meanwhile. */
const RETRY_MS = 5_000;

export interface StoreWriter {
  /** Queues one profile; what is queued while a write runs goes out together in the next one. */
  add(entry: StoredCredentials): void;
  /** Resolves when nothing is queued or being written, or when the signal has aborted and the running write is over. */
  idle(): Promise<void>;
}

export interface StoreWriterOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
}

/** Brings rotated credentials to one store, one write at a time, so that a slow or failing store holds up nobody else. */
export function storeWriter(store: CredentialStore, { clock, signal, onEvent }: StoreWriterOptions): StoreWriter {
  const queue = new Map<string, StoredCredentials>();
  let running: Promise<void> | undefined;

  async function drain(): Promise<void> {
    while (queue.size > 0) {
      await clock.sleep(GATHER_MS, signal);
      // In the order of AWS_ROLE_N, whoever was assumed first.
      const batch = [...queue.values()].toSorted((a, b) => a.target.number - b.target.number);
      queue.clear();
      const { retry } = await storeEntries(store, batch, onEvent);
      if (!retry) continue;
      for (const entry of batch) if (!queue.has(entry.target.profile)) queue.set(entry.target.profile, entry);
      await sleepUntil(clock.now() + RETRY_MS, clock, signal);
      if (signal.aborted) return;
    }
  }

  return {
    add: (entry) => {
      queue.set(entry.target.profile, entry);
      running ??= drain().finally(() => {
        running = undefined;
      });
    },
    idle: async () => {
      await running;
    },
  };
}
