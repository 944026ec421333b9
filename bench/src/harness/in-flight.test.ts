import { setImmediate } from "node:timers/promises";
import { expect, it } from "vitest";
import { inFlight } from "./in-flight.ts";

it("runs every index once, never more of them at a time than the limit, and keeps their order", async () => {
  let running = 0;
  let most = 0;
  const results = await inFlight(3, 10, async (index) => {
    running += 1;
    most = Math.max(most, running);
    await setImmediate();
    running -= 1;
    return index * 2;
  });
  expect(results).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18]);
  expect(most).toBe(3);
});
