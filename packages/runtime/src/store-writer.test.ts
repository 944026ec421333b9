import { expect, it } from "vitest";
import { fakeClock } from "./fake-clock.test-helper.ts";
import { credentials, target } from "./fixtures.test-helper.ts";
import { storeWriter } from "./store-writer.ts";
import type { CredentialStore } from "./stores/credential-store.ts";

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
