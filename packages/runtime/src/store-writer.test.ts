import { expect, it } from "vitest";
import { fakeClock } from "./fake-clock.test-helper.ts";
import { credentials, target } from "./fixtures.test-helper.ts";
import { storeWriter } from "./store-writer.ts";
import type { CredentialStore, StoredCredentials } from "./stores/credential-store.ts";

it("is idle when what was queued is stored, although new credentials come during every write", async () => {
  const clock = fakeClock();
  const { signal } = new AbortController();
  let writes = 0;
  const store: CredentialStore = {
    name: "slow",
    put: async () => {
      writes += 1;
      if (writes < 50) writer.add(entry);
      return [];
    },
    remove: async () => undefined,
  };
  const writer = storeWriter(store, { clock, signal, onEvent: () => undefined });
  const entry = { target: target("First"), credentials: credentials("First1", clock.now()) };
  writer.add(entry);
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
  const entry = { target: target("First"), credentials: credentials("First1", clock.now()) };
  writer.add(entry);
  await clock.until(writer.idle());
  removed.add("First");
  revoked = clock.now() + 1;
  await clock.advance(60_000);
  expect(writes).toEqual(["First"]);
  writer.add({ ...entry, credentials: credentials("First2", clock.now()) });
  await clock.until(writer.idle());
  expect(writes).toEqual(["First", "First"]);
  abort.abort();
});
