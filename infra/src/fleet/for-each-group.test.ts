import { expect, it } from "vitest";
import { forEachGroup } from "./for-each-group.ts";

it("runs every task, and no more at a time than asked for", async () => {
  let running = 0;
  let most = 0;
  const done: number[] = [];
  await forEachGroup([1, 2, 3, 4, 5, 6, 7], { concurrency: 3 }, async (each) => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    done.push(each);
  });
  expect(most).toBe(3);
  expect(done.toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

it("starts nothing after the abort", async () => {
  const stop = new AbortController();
  const started: number[] = [];
  await forEachGroup([1, 2, 3], { concurrency: 1, signal: stop.signal }, async (each) => {
    started.push(each);
    stop.abort();
  });
  expect(started).toEqual([1]);
});
