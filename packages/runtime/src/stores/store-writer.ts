import { type Clock, sleepUntil } from "../clock.ts";
import type { OnEvent } from "../events.ts";
import type { TargetRole } from "../role-env/index.ts";
import type { CredentialStore, StoredCredentials } from "./credential-store.ts";
import { removeEntries, storeEntries } from "./store-entries.ts";
import { timeLimitedStore } from "./time-limited-store.ts";

/** Roles that were assumed together are due together: waiting this long makes one write of them. */
const GATHER_MS = 50;

/** A store that failed is tried again after this, then after twice as long, with whatever has been rotated meanwhile. */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 60_000;

export interface StoreWriter {
  /** Queues one profile; what is queued while a write runs goes out together in the next one. */
  add(entry: StoredCredentials): void;
  /** Queues the removal of one profile. */
  remove(target: TargetRole): void;
  /** Resolves when everything queued has been tried: what failed is tried again, but not waited for. */
  idle(): Promise<void>;
}

export interface StoreWriterOptions {
  readonly clock: Clock;
  /** Ends the retries; what is queued is still tried once. */
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
}

/** What a profile should be in the store; without credentials, it should not be there. */
interface Change {
  readonly target: TargetRole;
  readonly entry?: StoredCredentials;
}

/** Brings rotated credentials to one store, one write at a time, so that a slow or failing store holds up nobody else. */
export function storeWriter(place: CredentialStore, { clock, signal, onEvent }: StoreWriterOptions): StoreWriter {
  const store = timeLimitedStore(place, clock, signal);
  const queue = new Map<string, Change>();
  let running = false;
  let attempt: Promise<boolean> | undefined;

  function change(next: Change): void {
    queue.set(next.target.profile, next);
    if (!running) void drain();
  }

  async function drain(): Promise<void> {
    running = true;
    for (let failures = 0; queue.size > 0;) {
      attempt = write();
      failures = (await attempt) ? 0 : failures + 1;
      attempt = undefined;
      if (failures === 0) continue;
      const delayMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (failures - 1));
      await sleepUntil(clock.now() + delayMs, clock, signal);
      if (signal.aborted) break;
    }
    running = false;
  }

  /** @returns whether the store took everything; what it did not take is in the queue again. */
  async function write(): Promise<boolean> {
    await clock.sleep(GATHER_MS, signal);
    // In the order of AWS_ROLE_N, whoever was assumed first.
    const batch = [...queue.values()].toSorted((a, b) => a.target.number - b.target.number);
    queue.clear();
    const entries = batch.flatMap(({ entry }) => entry ?? []);
    const removed = batch.flatMap(({ target, entry }) => (entry ? [] : [target]));
    const gone = removed.length === 0 || (await removeEntries(store, removed, onEvent));
    const left = entries.length === 0 ? [] : await storeEntries(store, entries, onEvent);
    const failed: Change[] = left.map((entry) => ({ target: entry.target, entry }));
    if (!gone) failed.push(...removed.map((target) => ({ target })));
    for (const each of failed) if (!queue.has(each.target.profile)) queue.set(each.target.profile, each);
    return failed.length === 0;
  }

  return {
    add: (entry) => change({ target: entry.target, entry }),
    remove: (target) => change({ target }),
    idle: async () => {
      for (let current = attempt; current; current = attempt) await current;
    },
  };
}
