import { expect, it } from "vitest";
import { AgentRolesError } from "../agent-roles-error.ts";
import type { AgentRolesEvent } from "../events.ts";
import { type FakeClock, fakeClock, settle } from "../fake-clock.test-helper.ts";
import { credentials, target } from "../fixtures.test-helper.ts";
import type { CredentialStore, StoredCredentials } from "./credential-store.ts";
import { memoryStore } from "./memory-store.ts";
import { type StoreWriter, storeWriter } from "./store-writer.ts";

const entry = (profile: string, serial: number): StoredCredentials => ({
  target: target(profile),
  credentials: credentials(`${profile}${serial}`, Date.parse("2026-01-01T00:00:00Z"), 86_400_000),
});

const diskFull = (retryable = false) =>
  new AgentRolesError("disk full", { code: "StoreFailed", fix: "free space", retryable });

interface Subject {
  readonly clock: FakeClock;
  readonly abort: AbortController;
  readonly writer: StoreWriter;
  readonly writes: string[][];
  readonly removals: string[][];
  readonly events: string[];
  /** Ends the write that runs. */
  readonly finish: (error?: AgentRolesError) => Promise<void>;
}

function subject(): Subject {
  const clock = fakeClock();
  const abort = new AbortController();
  const writes: string[][] = [];
  const removals: string[][] = [];
  const events: string[] = [];
  let end: ((error?: AgentRolesError) => void) | undefined;
  const store: CredentialStore = {
    name: "memory",
    put: (entries) => {
      writes.push(entries.map((each) => each.credentials.accessKeyId));
      return new Promise((resolve, reject) => {
        end = (error) => (error ? reject(error) : resolve([]));
      });
    },
    remove: async (profiles) => void removals.push([...profiles]),
  };
  const writer = storeWriter(store, { clock, signal: abort.signal, onEvent: ({ type }) => events.push(type) });
  const finish = async (error?: AgentRolesError): Promise<void> => {
    await clock.advance(50);
    end?.(error);
    await settle();
  };
  return { clock, abort, writer, writes, removals, events, finish };
}

it("puts what comes together, and what comes during a write, into one write each", async () => {
  const { writer, writes, clock, finish } = subject();
  writer.add(entry("A", 1));
  writer.add(entry("B", 1));
  await clock.advance(50);
  writer.add(entry("C", 1));
  writer.add(entry("A", 2));
  await finish();
  await finish();
  await writer.idle();
  expect(writes).toEqual([
    ["ASIAA1EXAMPLE", "ASIAB1EXAMPLE"],
    ["ASIAC1EXAMPLE", "ASIAA2EXAMPLE"],
  ]);
});

it("tries a failed write again, never with credentials that were rotated meanwhile", async () => {
  const { writer, writes, events, clock, finish } = subject();
  writer.add(entry("A", 1));
  await clock.advance(50);
  writer.add(entry("A", 2));
  await finish(diskFull());
  await clock.advance(5_000);
  await finish();
  await writer.idle();
  expect(writes.at(-1)).toEqual(["ASIAA2EXAMPLE"]);
  expect(events).toEqual(["storeFailed", "stored"]);
});

it("never offers what has expired while the store took nothing", async () => {
  const { writer, writes, clock, finish } = subject();
  const expiration = new Date(clock.now() + 6_000);
  const short = entry("A", 1);
  writer.add({ ...short, credentials: { ...short.credentials, expiration } });
  await finish(diskFull());
  await clock.advance(5_000);
  await finish(diskFull());
  expect(writes).toHaveLength(2);
  await clock.advance(60_000);
  expect(writes).toHaveLength(2);
});

it("is idle when a failing store has been tried once, and waits ever longer before it tries again", async () => {
  const { writer, writes, clock, finish } = subject();
  writer.add(entry("A", 1));
  await finish(diskFull());
  await writer.idle();
  for (const [waitMs, tries] of [
    [4_999, 1],
    [1, 2],
    [9_950, 2],
    [60, 3],
  ] as const) {
    await clock.advance(waitMs);
    await finish(diskFull());
    expect(writes).toHaveLength(tries);
  }
});

it("offers again what was refused and may be taken later, and nothing else", async () => {
  const offers: string[][] = [];
  const clock = fakeClock();
  const store: CredentialStore = {
    name: "picky",
    put: async (entries) => {
      offers.push(entries.map(({ target: { profile } }) => profile));
      if (offers.length > 1) return [];
      return entries.slice(1).map((each, index) => ({ target: each.target, error: diskFull(index === 0) }));
    },
    remove: async () => undefined,
  };
  const writer = storeWriter(store, { clock, signal: new AbortController().signal, onEvent: () => undefined });
  for (const profile of ["A", "B", "C"]) writer.add(entry(profile, 1));
  await clock.advance(6_000);
  expect(offers).toEqual([["A", "B", "C"], ["B"]]);
});

it("lets nothing wait for a profile that the store refuses again and again", async () => {
  const offers: string[][] = [];
  const clock = fakeClock();
  const store: CredentialStore = {
    name: "picky",
    put: async (entries) => {
      offers.push(entries.map(({ credentials: { accessKeyId } }) => accessKeyId));
      const refused = entries.filter(({ credentials: { accessKeyId } }) => accessKeyId === "ASIAA1EXAMPLE");
      return refused.map((each) => ({ target: each.target, error: diskFull(true) }));
    },
    remove: async () => undefined,
  };
  const writer = storeWriter(store, { clock, signal: new AbortController().signal, onEvent: () => undefined });
  writer.add(entry("A", 1));
  await clock.advance(6_000);
  writer.add(entry("B", 1));
  await clock.advance(50);
  expect(offers).toEqual([["ASIAA1EXAMPLE"], ["ASIAA1EXAMPLE"], ["ASIAB1EXAMPLE"]]);
  await clock.advance(10_000);
  expect(offers.slice(3)).toEqual([["ASIAA1EXAMPLE"]]);
  writer.add(entry("A", 2));
  await clock.advance(50);
  await clock.advance(60_000);
  expect(offers.slice(4)).toEqual([["ASIAA2EXAMPLE"]]);
});

it("takes it for stored when a store of plain JavaScript returns nothing, or no promise", async () => {
  for (const nothing of [undefined, Promise.resolve()]) {
    const clock = fakeClock();
    const events: AgentRolesEvent[] = [];
    const store: CredentialStore = Object.assign(memoryStore(), { put: () => nothing });
    const { signal } = new AbortController();
    const writer = storeWriter(store, { clock, signal, onEvent: (event) => events.push(event) });
    writer.add(entry("A", 1));
    await clock.advance(50);
    await writer.idle();
    expect(events).toMatchObject([{ type: "stored", targets: [{ profile: "A" }] }]);
  }
});

it("removes a profile, unless it came back meanwhile", async () => {
  const { writer, writes, removals, events, clock, finish } = subject();
  writer.add(entry("A", 1));
  writer.remove(target("A"));
  writer.remove(target("B"));
  writer.add(entry("B", 2));
  await clock.advance(50);
  await finish();
  expect({ writes, removals, events }).toEqual({
    writes: [["ASIAB2EXAMPLE"]],
    removals: [["A"]],
    events: ["removed", "stored"],
  });
});

it("goes on with one store while another hangs for ever, and reports it", async () => {
  const clock = fakeClock();
  const { signal } = new AbortController();
  const events: AgentRolesEvent[] = [];
  const never: CredentialStore = {
    name: "never",
    put: () => new Promise(() => undefined),
    remove: async () => undefined,
  };
  const memory = memoryStore();
  const writers = [never, memory].map((store) =>
    storeWriter(store, { clock, signal, onEvent: (event) => events.push(event) }),
  );
  for (const writer of writers) writer.add(entry("A", 1));
  await clock.advance(50);
  expect(memory.entries.size).toBe(1);
  await clock.advance(30_000);
  for (const writer of writers) await writer.idle();
  expect(events).toMatchObject([
    { type: "stored", store: "memory" },
    { type: "storeFailed", store: "never", error: { retryable: true, message: "never: no answer in time" } },
  ]);
});

it("stops waiting for a broken store when its signal aborts", async () => {
  const { writer, writes, abort, finish } = subject();
  writer.add(entry("A", 1));
  await finish(diskFull());
  abort.abort();
  await writer.idle();
  expect(writes).toHaveLength(1);
});

it("reports what a store refuses once, not at every retry, and again after a reload or a success", async () => {
  const { writer, events, clock, finish } = subject();
  writer.add(entry("A", 1));
  await finish(diskFull());
  await clock.advance(5_000);
  await finish(diskFull());
  expect(events).toEqual(["storeFailed"]);
  const reload = writer.retry();
  await finish(diskFull());
  await reload;
  expect(events).toEqual(["storeFailed", "storeFailed"]);
  await clock.advance(10_000);
  await finish();
  writer.add(entry("A", 2));
  await finish(diskFull());
  expect(events).toEqual(["storeFailed", "storeFailed", "stored", "storeFailed"]);
});

it("is idle when what was queued is stored, although new credentials come during every write", async () => {
  const clock = fakeClock();
  const { signal } = new AbortController();
  let writes = 0;
  const store: CredentialStore = {
    name: "slow",
    put: async () => {
      writes += 1;
      if (writes < 50) writer.add(first);
      return [];
    },
    remove: async () => undefined,
  };
  const writer = storeWriter(store, { clock, signal, onEvent: () => undefined });
  const first = { target: target("First"), credentials: credentials("First1", clock.now()) };
  writer.add(first);
  await clock.until(writer.idle());
  expect(writes).toBeLessThanOrEqual(2);
  await clock.advance(60_000);
  expect(writes).toBe(50);
});

it("does not write a session again that was revoked while it was queued, or missing from the store", async () => {
  const clock = fakeClock();
  const abort = new AbortController();
  const writes: string[] = [];
  const removed = new Set<string>();
  let revoked = 0;
  const store: CredentialStore = {
    name: "shared",
    put: async (entries) => {
      for (const {
        target: { profile },
      } of entries) {
        writes.push(profile);
        removed.delete(profile);
      }
      return [];
    },
    remove: async () => undefined,
    missing: async () => [...removed],
  };
  const canStore = ({ credentials: { issuedAt } }: StoredCredentials): boolean => issuedAt.getTime() >= revoked;
  const writer = storeWriter(store, { clock, signal: abort.signal, onEvent: () => undefined, canStore });
  const first = { target: target("First"), credentials: credentials("First1", clock.now()) };
  writer.add(first);
  await clock.until(writer.idle());
  removed.add("First");
  revoked = clock.now() + 1;
  await clock.advance(60_000);
  expect(writes).toEqual(["First"]);
  writer.add({ ...first, credentials: credentials("First2", clock.now()) });
  await clock.until(writer.idle());
  expect(writes).toEqual(["First", "First"]);
  abort.abort();
});
