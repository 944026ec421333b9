import { expect, it } from "vitest";
import { AgentRolesError } from "../agent-roles-error.ts";
import { type FakeClock, fakeClock, settle } from "../fake-clock.test-helper.ts";
import { credentials, target } from "../fixtures.test-helper.ts";
import type { StoredCredentials } from "./credential-store.ts";
import { type StoreWriter, storeWriter } from "./store-writer.ts";

const entry = (profile: string, serial: number): StoredCredentials => ({
  target: target(profile),
  credentials: credentials(`${profile}${serial}`, 0),
});

interface Subject {
  readonly clock: FakeClock;
  readonly abort: AbortController;
  readonly writer: StoreWriter;
  readonly writes: string[][];
  readonly events: string[];
  /** Ends the write that runs. */
  readonly finish: (error?: AgentRolesError) => Promise<void>;
}

function subject(): Subject {
  const clock = fakeClock();
  const abort = new AbortController();
  const writes: string[][] = [];
  const events: string[] = [];
  let end: ((error?: AgentRolesError) => void) | undefined;
  const store = {
    name: "memory",
    put: (entries: readonly StoredCredentials[]) => {
      writes.push(entries.map((each) => each.credentials.accessKeyId));
      return new Promise<[]>((resolve, reject) => {
        end = (error) => (error ? reject(error) : resolve([]));
      });
    },
  };
  const writer = storeWriter(store, { clock, signal: abort.signal, onEvent: ({ type }) => events.push(type) });
  const finish = async (error?: AgentRolesError): Promise<void> => {
    await clock.advance(50);
    end?.(error);
    await settle();
  };
  return { clock, abort, writer, writes, events, finish };
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
  await finish(new AgentRolesError("disk full", { code: "StoreFailed", fix: "free space" }));
  await clock.advance(5_000);
  await finish();
  await writer.idle();
  expect(writes.at(-1)).toEqual(["ASIAA2EXAMPLE"]);
  expect(events).toEqual(["storeFailed", "stored"]);
});

it("gives up waiting for a broken store when it is told to stop", async () => {
  const { writer, writes, abort, finish } = subject();
  writer.add(entry("A", 1));
  await finish(new AgentRolesError("disk full", { code: "StoreFailed", fix: "free space" }));
  abort.abort();
  await writer.idle();
  expect(writes).toHaveLength(1);
});
