import { expect, it } from "vitest";
import { fakeClock, settle } from "../fake-clock.test-helper.ts";
import { type Refreshable, rotationLoop } from "./rotation-loop.ts";

/** A session of which the loop sees only when it is due and that it is refreshed. */
function session(dueAt: number, answer: () => Promise<void> = async () => undefined) {
  const seen = { dueAt, refreshes: 0 };
  const refresh = async () => {
    seen.refreshes += 1;
    seen.dueAt = Infinity;
    await answer();
  };
  const refreshable: Refreshable = { dueAt: () => seen.dueAt, refresh };
  return { seen, session: refreshable };
}

it("refreshes each session at the moment it is due, however short that is", async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const soon = session(clock.now() + 1);
  const later = session(clock.now() + 90_000);
  const { done } = rotationLoop(() => [soon.session, later.session], clock, stop.signal);
  await clock.advance(1);
  expect([soon.seen.refreshes, later.seen.refreshes]).toEqual([1, 0]);
  await clock.advance(89_998);
  expect(later.seen.refreshes).toBe(0);
  await clock.advance(1);
  expect(later.seen.refreshes).toBe(1);
  expect(clock.longestSleepMs()).toBeLessThanOrEqual(60_000);
  stop.abort();
  await done;
});

it("is held up by no session that never answers", async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const hanging = session(clock.now(), () => new Promise(() => undefined));
  const other = session(clock.now() + 1_000);
  const { done } = rotationLoop(() => [hanging.session, other.session], clock, stop.signal);
  await clock.advance(1_000);
  expect(other.seen.refreshes).toBe(1);
  stop.abort();
  await done;
});

it("looks again at once when it is woken, and sees sessions that came meanwhile", async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const sessions = [session(clock.now() + 30_000)];
  const { wakeBy, done } = rotationLoop(() => sessions.map((each) => each.session), clock, stop.signal);
  await settle();
  const added = session(clock.now());
  sessions.push(added);
  wakeBy(clock.now());
  await settle();
  expect(added.seen.refreshes).toBe(1);
  stop.abort();
  await done;
});

it("stops at once, also before it began", async () => {
  const stop = AbortSignal.abort();
  const due = session(0);
  await rotationLoop(() => [due.session], fakeClock(), stop).done;
  expect(due.seen.refreshes).toBe(0);
});
