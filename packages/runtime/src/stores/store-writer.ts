import { type Clock, sleepUntil } from "../clock.ts";
import type { AgentRolesEvent, OnEvent } from "../events.ts";
import type { TargetRole } from "../role-env/index.ts";
import { isValid } from "../session/credentials.ts";
import type { CredentialStore, StoredCredentials } from "./credential-store.ts";
import { removeEntries, storeEntries } from "./store-entries.ts";
import { timeLimitedStore } from "./time-limited-store.ts";

/** Roles that were assumed together are due together: waiting this long makes one write of them. */
const GATHER_MS = 50;

/** What a store did not take is offered again after this, then after twice as long; what changes meanwhile does not wait for it. */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 60_000;

/** How often a store that can be changed by others is looked at; a change that is younger than the second is left alone. */
const LOOK_EVERY_MS = 5_000;
const SETTLE_MS = 3_000;

export interface StoreWriter {
  /** Queues one profile; what is queued while a write runs goes out together in the next one. */
  add(entry: StoredCredentials): void;
  /** Queues the removal of one profile. */
  remove(target: TargetRole): void;
  /** Offers the store at once what it did not take, and what another program removed. */
  retry(): Promise<void>;
  /** Resolves when everything queued so far has been tried: what failed is tried again, but not waited for. */
  idle(): Promise<void>;
}

export interface StoreWriterOptions {
  readonly clock: Clock;
  /** Ends the retries; what is queued is still tried once. */
  readonly signal: AbortSignal;
  readonly onEvent: OnEvent;
  /** Whether the store can have this session. Default: while it is valid. */
  readonly canStore?: (entry: StoredCredentials) => boolean;
}

/** What a profile should be in the store; without credentials, it should not be there. */
type Change = Partial<StoredCredentials> & Pick<StoredCredentials, "target">;

/** Brings rotated credentials to one store, one write at a time, so that a slow or failing store holds up nobody else. */
export function storeWriter(place: CredentialStore, options: StoreWriterOptions): StoreWriter {
  const { clock, signal, canStore = ({ credentials }) => isValid(credentials, clock.now()) } = options;
  const store = timeLimitedStore(place, clock, signal);
  const queue = new Map<string, Change>();
  /** What the store did not take, for the next try. */
  const failed = new Map<string, Change>();
  /** What should be in the store. */
  const wanted = new Map<string, StoredCredentials>();
  /** What was reported last of each profile that the store did not take. */
  const reported = new Map<string, string>();
  let attempt: Promise<void> | undefined;
  let retrying = false;

  /** The same failure is reported once, not at every retry. */
  function onEvent(event: AgentRolesEvent): void {
    if (event.type === "stored" || event.type === "removed")
      for (const { profile } of event.targets) reported.delete(profile);
    if (event.type !== "storeFailed") return options.onEvent(event);
    const { error, targets } = event;
    const news = targets.filter(({ profile }) => reported.get(profile) !== error.message);
    for (const { profile } of news) reported.set(profile, error.message);
    if (news.length > 0) options.onEvent({ ...event, targets: news });
  }

  function change(next: Change): void {
    failed.delete(next.target.profile);
    queue.set(next.target.profile, next);
    if (!attempt) void drain();
  }

  async function drain(): Promise<void> {
    while (queue.size > 0) {
      attempt = write();
      await attempt;
    }
    attempt = undefined;
    if (failed.size > 0 && !retrying) void retry();
  }

  async function retry(): Promise<void> {
    retrying = true;
    for (let delayMs = FIRST_RETRY_MS; failed.size > 0; delayMs = Math.min(LONGEST_RETRY_MS, delayMs * 2)) {
      await sleepUntil(clock.now() + delayMs, clock, signal);
      if (signal.aborted) break;
      for (const each of failed.values()) change(each);
      await idle();
    }
    retrying = false;
  }

  async function write(): Promise<void> {
    await clock.sleep(GATHER_MS, signal);
    // In the order of AWS_ROLE_N, not in the order of the answers.
    const batch = [...queue.values()].filter(isWanted).toSorted((a, b) => a.target.number - b.target.number);
    queue.clear();
    const entries = batch.filter(hasCredentials);
    const removed = batch.filter((each) => !hasCredentials(each)).map(({ target }) => target);
    const gone = removed.length === 0 || (await removeEntries(store, removed, onEvent));
    const left = entries.length === 0 ? [] : await storeEntries(store, entries, onEvent);
    const refused: Change[] = [...left, ...(gone ? [] : removed.map((target) => ({ target })))];
    for (const each of refused) if (!queue.has(each.target.profile)) failed.set(each.target.profile, each);
  }

  /** Puts back what another program removed or changed. */
  async function restore(settleMs: number): Promise<void> {
    const missing = (await store.missing?.(settleMs).catch(() => [])) ?? [];
    for (const entry of missing.flatMap((profile) => wanted.get(profile) ?? [])) change(entry);
  }

  async function watch(): Promise<void> {
    while (!signal.aborted) {
      await clock.sleep(LOOK_EVERY_MS, signal);
      if (!signal.aborted && !attempt) await restore(SETTLE_MS);
    }
  }

  /** What expired or was revoked while the store took nothing is not written any more. */
  function isWanted(each: Change): boolean {
    return !hasCredentials(each) || canStore(each);
  }

  /** A write takes what is queued when it begins, so what is queued now goes out in this write or in the next one. */
  async function idle(): Promise<void> {
    await attempt;
    await attempt;
  }

  if (store.missing) void watch();
  return {
    add: (entry) => {
      wanted.set(entry.target.profile, entry);
      change(entry);
    },
    remove: (target) => {
      wanted.delete(target.profile);
      change({ target });
    },
    retry: async () => {
      reported.clear();
      for (const each of failed.values()) change(each);
      await idle();
      await restore(0);
    },
    idle,
  };
}

function hasCredentials(change: Change): change is StoredCredentials {
  return change.credentials !== undefined;
}
