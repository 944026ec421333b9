import { expect, it } from "vitest";
import { fakeClock } from "./fake-clock.test-helper.ts";
import { withTimeout } from "./with-timeout.ts";

const error = () => new Error("too late");
const fails = () => Promise.reject(new Error("mine"));

it("withTimeout gives the result and leaves no timer behind", async () => {
  const clock = fakeClock();
  let ended = false;
  const watched = {
    ...clock,
    sleep: async (ms: number, signal: AbortSignal) => {
      await clock.sleep(ms, signal);
      ended = true;
    },
  };
  expect(await withTimeout(async () => 7, { limitMs: 1_000, clock: watched, error })).toBe(7);
  await clock.advance(0);
  expect(ended).toBe(true);
});

it("withTimeout gives the work's own failure", async () => {
  await expect(withTimeout(fails, { limitMs: 1_000, clock: fakeClock(), error })).rejects.toThrow("mine");
});

it("withTimeout gives up work that takes too long, and aborts its signal", async () => {
  const clock = fakeClock();
  let aborted = false;
  const work = (signal: AbortSignal) =>
    new Promise(() => signal.addEventListener("abort", () => (aborted = true), { once: true }));
  const failure = withTimeout(work, { limitMs: 60_000, clock, error }).catch((reason: unknown) => reason);
  await clock.advance(60_000);
  expect(await failure).toMatchObject({ message: "too late" });
  expect(aborted).toBe(true);
});
