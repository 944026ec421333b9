import { expect, it } from "vitest";
import { fakeClock, settle } from "../fake-clock.test-helper.ts";
import type { CredentialStore } from "./credential-store.ts";
import { timeLimitedStore } from "./time-limited-store.ts";

function subject() {
  const clock = fakeClock();
  const stop = new AbortController();
  const signals: (AbortSignal | undefined)[] = [];
  let end: (() => void) | undefined;
  const store: CredentialStore = {
    name: "place",
    put: (_, options) => {
      signals.push(options?.signal);
      return new Promise((resolve) => {
        end = () => resolve([]);
      });
    },
    remove: async () => undefined,
  };
  return { clock, stop, signals, end: () => end?.(), store: timeLimitedStore(store, clock, stop.signal) };
}

it("aborts a call after thirty seconds, and begins no other before that one has ended", async () => {
  const { clock, signals, end, store } = subject();
  const failure = store.put([]).catch((error: unknown) => error);
  await clock.advance(29_999);
  expect(signals[0]?.aborted).toBe(false);
  await clock.advance(1);
  expect(await failure).toMatchObject({ code: "StoreFailed", retryable: true });
  expect(signals[0]?.aborted).toBe(true);
  await expect(store.put([])).rejects.toThrow("place: the previous call has still not ended");
  await expect(store.remove([])).rejects.toThrow("place");
  end();
  await settle();
  await store.remove([]);
  expect(signals).toHaveLength(1);
});

it("leaves a call five seconds when the signal aborts, whether it runs or begins then", async () => {
  const { clock, stop, end, store } = subject();
  const failure = store.put([]).catch((error: unknown) => error);
  await clock.advance(10_000);
  stop.abort();
  await clock.advance(5_000);
  expect(await failure).toMatchObject({ message: "place: no answer in time" });
  end();
  await settle();
  const second = store.put([]).catch((error: unknown) => error);
  await clock.advance(5_000);
  expect(await second).toMatchObject({ message: "place: no answer in time" });
});

it("takes a call while it is looked at for what is missing", async () => {
  let end: ((profiles: string[]) => void) | undefined;
  const missing = () =>
    new Promise<string[]>((resolve) => {
      end = resolve;
    });
  const place: CredentialStore = { name: "place", put: async () => [], remove: async () => undefined, missing };
  const store = timeLimitedStore(place, fakeClock());
  const look = store.missing?.(0);
  expect(await store.put([])).toEqual([]);
  end?.(["First"]);
  expect(await look).toEqual(["First"]);
});
