import { expect, it } from "vitest";
import { awsClock } from "./aws-clock.ts";
import { fakeClock } from "./fake-clock.test-helper.ts";

const MINUTE = 60_000;

it("follows AWS when this machine's clock is wrong, in either direction", () => {
  const local = fakeClock();
  const changes: number[] = [];
  const clock = awsClock(local, (offsetMs) => changes.push(offsetMs));
  clock.learn(local.now() + 7 * MINUTE);
  expect(clock.now() - local.now()).toBe(7 * MINUTE);
  clock.learn(local.now() - 3 * MINUTE);
  expect(clock.now() - local.now()).toBe(-3 * MINUTE);
  expect(changes).toEqual([7 * MINUTE, -3 * MINUTE]);
});

it("takes the whole seconds of the Date header and the way of the answer for no difference", () => {
  const local = fakeClock();
  const changes: number[] = [];
  const clock = awsClock(local, (offsetMs) => changes.push(offsetMs));
  for (const difference of [-999, -4_999, 4_999, 0]) clock.learn(local.now() + difference);
  expect(clock.offsetMs()).toBe(0);
  expect(changes).toEqual([]);
});

it("does not tremble: a known difference stays until it changes noticeably", () => {
  const local = fakeClock();
  const changes: number[] = [];
  const clock = awsClock(local, (offsetMs) => changes.push(offsetMs));
  for (const difference of [60_000, 59_000, 61_500, 64_000]) clock.learn(local.now() + difference);
  expect(changes).toEqual([60_000]);
});

it("returns to this machine's time when its clock was set right", async () => {
  const local = fakeClock();
  const clock = awsClock(local);
  clock.learn(local.now() + 9 * MINUTE);
  await local.advance(9 * MINUTE);
  clock.learn(local.now());
  expect(clock.offsetMs()).toBe(0);
});
