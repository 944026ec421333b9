import { expect, it } from "vitest";
import { fakeClock } from "./fake-clock.test-helper.ts";
import { withTimeout } from "./with-timeout.ts";

it("gives the result and leaves no timer behind", async () => {
  const clock = fakeClock();
  let ended = false;
  const watched = {
    ...clock,
    sleep: async (ms: number, signal: AbortSignal) => {
      await clock.sleep(ms, signal);
      ended = true;
    },
  };
  expect(await withTimeout(Promise.resolve(7), { limitMs: 1_000, subject: "Prod", clock: watched })).toBe(7);
  await clock.advance(0);
  expect(ended).toBe(true);
});

it("gives the work's own failure", async () => {
  const work = Promise.reject(new Error("mine"));
  await expect(withTimeout(work, { limitMs: 1_000, subject: "Prod", clock: fakeClock() })).rejects.toThrow("mine");
});

it("ends work that takes too long, naming whose it is", async () => {
  const clock = fakeClock();
  const late = withTimeout(new Promise(() => undefined), { limitMs: 60_000, subject: "Prod", clock });
  const failure = late.catch((error: unknown) => error);
  await clock.advance(60_000);
  expect(await failure).toMatchObject({ code: "Unavailable", message: "Prod: no answer within 60 s" });
});
