import { expect, it } from "vitest";
import { awsClock } from "./aws-clock.ts";
import { createAgentRoles } from "./create-agent-roles.ts";
import { fakeClock } from "./fake-clock.test-helper.ts";
import { credentials } from "./fixtures.test-helper.ts";
import type { CredentialStore } from "./stores/credential-store.ts";
import { memoryStore } from "./stores/memory-store.ts";

const MINUTE = 60_000;

it("follows AWS when this machine's clock is wrong, in either direction", () => {
  const local = fakeClock();
  const changes: number[] = [];
  const clock = awsClock(local, (offsetMs) => changes.push(offsetMs));
  clock.correct(local.now() + 7 * MINUTE);
  expect(clock.now() - local.now()).toBe(7 * MINUTE);
  clock.correct(local.now() - 3 * MINUTE);
  expect(clock.now() - local.now()).toBe(-3 * MINUTE);
  expect(changes).toEqual([7 * MINUTE, -3 * MINUTE]);
});

it("takes the whole seconds of the Date header and the way of the answer for no difference", () => {
  const local = fakeClock();
  const changes: number[] = [];
  const clock = awsClock(local, (offsetMs) => changes.push(offsetMs));
  for (const difference of [-999, -4_999, 4_999, 0]) clock.correct(local.now() + difference);
  expect(clock.offsetMs()).toBe(0);
  expect(changes).toEqual([]);
});

it("does not tremble: a known difference stays until it changes noticeably", () => {
  const local = fakeClock();
  const changes: number[] = [];
  const clock = awsClock(local, (offsetMs) => changes.push(offsetMs));
  for (const difference of [60_000, 59_000, 61_500, 64_000]) clock.correct(local.now() + difference);
  expect(changes).toEqual([60_000]);
});

it("returns to this machine's time when its clock was set right", async () => {
  const local = fakeClock();
  const clock = awsClock(local);
  clock.correct(local.now() + 9 * MINUTE);
  await local.advance(9 * MINUTE);
  clock.correct(local.now());
  expect(clock.offsetMs()).toBe(0);
});

it.each([
  ["right, then two hours behind", 0],
  ["two hours ahead and known to be, then right", -2 * 60 * MINUTE],
])("hands out and keeps nothing expired when the clock is set back: %s", async (_, known) => {
  const local = fakeClock();
  const start = local.now() + known;
  const trueNow = (): number => start + (local.monotonic?.() ?? 0) - beginning;
  const beginning = local.monotonic?.() ?? 0;
  const clock = awsClock(local);
  clock.correct(trueNow());
  const store = memoryStore();
  const stop = new AbortController();
  const roles = createAgentRoles({
    env: { AWS_ROLE_1: "arn:aws:iam::123456789012:role/MyRole:Prod" },
    clock,
    assumeRole: async () => credentials("Session", trueNow()),
  });
  void roles.start({ stores: [store], signal: stop.signal });
  await local.advance(55 * MINUTE);
  local.correct(-120 * MINUTE);
  for (let minute = 0; minute < 240; minute += 1) {
    await local.advance(MINUTE);
    const kept = store.entries.get("Prod")?.credentials.expiration.getTime();
    const given = (await roles.credentials("Prod")()).expiration?.getTime();
    expect([kept, given].map((expiration = 0) => expiration > trueNow())).toEqual([true, true]);
  }
  stop.abort();
});

it("stores everything again when the clock is set, because readers compare the expiration with it", async () => {
  const local = fakeClock();
  const stop = new AbortController();
  const offsets: (number | undefined)[] = [];
  const roles = createAgentRoles({
    env: { AWS_ROLE_1: "arn:aws:iam::123456789012:role/MyRole:Prod" },
    clock: local,
    assumeRole: async () => credentials("Session", local.now()),
  });
  const place = memoryStore();
  const put: CredentialStore["put"] = async (entries, options) => {
    offsets.push(options?.clockOffsetMs);
    return place.put(entries, options);
  };
  await local.until(roles.start({ stores: [{ ...place, put }], signal: stop.signal }));
  local.correct(-120 * MINUTE);
  await local.advance(MINUTE);
  expect(offsets).toEqual([0, 120 * MINUTE]);
  stop.abort();
});

it("hands out nothing expired to readers alone, without a rotation, when the clock is set back by two hours", async () => {
  const local = fakeClock();
  const issuedAt = local.now();
  const roles = createAgentRoles({
    env: { AWS_ROLE_1: "arn:aws:iam::123456789012:role/MyRole:Prod" },
    clock: local,
    assumeRole: async () => credentials("Session", issuedAt),
  });
  const read = roles.credentials("Prod");
  await read();
  await local.advance(MINUTE);
  local.correct(-120 * MINUTE);
  await local.advance(60 * MINUTE);
  await expect(read()).rejects.toMatchObject({ code: "ClockSkew" });
});

it("takes a suspend for one, not for a clock that was set", async () => {
  const local = fakeClock();
  const clock = awsClock(local);
  const asleep = clock.sleep(MINUTE, new AbortController().signal);
  local.jump(9 * 60 * MINUTE);
  await local.advance(MINUTE);
  await asleep;
  expect(clock.offsetMs()).toBe(0);
});
