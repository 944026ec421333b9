import { describe, expect, it } from "vitest";
import { AgentRolesError } from "../agent-roles-error.ts";
import { fakeClock, settle } from "../fake-clock.test-helper.ts";
import { credentials } from "../fixtures.test-helper.ts";
import type { SessionCredentials } from "../session/credentials.ts";
import { refreshAt, SELF_REFRESHING_TTL_MS } from "../session/refresh-schedule.ts";
import { type Assume, roleSession } from "./role-session.ts";

const HOUR = 3_600_000;

/** A session over an STS that the test can break; every call is counted. */
function subject(lifetimeMs = HOUR) {
  const clock = fakeClock();
  const sts = { calls: 0, failure: undefined as AgentRolesError | undefined };
  const cache: SessionCredentials[] = [];
  const assume: Assume = async (accept) => {
    const cached = cache.findLast(accept);
    if (cached) return cached;
    sts.calls += 1;
    await settle();
    if (sts.failure) throw sts.failure;
    return credentials(String(sts.calls), clock.now(), lifetimeMs);
  };
  const readCachedSession = async () => cache.findLast(({ expiration }) => clock.now() < expiration.getTime());
  const revocation = { at: 0 };
  const revokedAt = () => revocation.at;
  const session = roleSession(assume, { clock, random: () => 1, readCachedSession, revokedAt });
  return { clock, sts, cache, revocation, session };
}

const throttled = () => new AgentRolesError("slow down", { code: "Throttled", fix: "wait", retryable: true });
const denied = () => new AgentRolesError("no", { code: "AccessDenied", fix: "repair the trust" });

it("asks STS once for many readers at once", async () => {
  const { session, sts } = subject();
  const all = await Promise.all(Array.from({ length: 50 }, () => session.credentials()));
  expect(new Set(all.map(({ accessKeyId }) => accessKeyId))).toEqual(new Set(["ASIA1EXAMPLE"]));
  expect(sts.calls).toBe(1);
});

it("asks again only when the credentials are due, and gives valid ones meanwhile", async () => {
  const { session, sts, clock } = subject();
  const dueAt = refreshAt(await session.credentials());
  expect(session.dueAt()).toBe(dueAt);
  await clock.advance(dueAt - clock.now() - 1);
  await session.credentials();
  expect(sts.calls).toBe(1);
  await clock.advance(1);
  expect((await session.credentials()).accessKeyId).toBe("ASIA1EXAMPLE");
  await settle();
  await settle();
  expect((await session.credentials()).accessKeyId).toBe("ASIA2EXAMPLE");
});

it("keeps valid credentials while STS throttles, and never hands out expired ones", async () => {
  const { session, sts, clock } = subject();
  await session.refresh();
  sts.failure = throttled();
  await clock.advance(HOUR - 1);
  await session.refresh();
  expect(session.state()).toMatchObject({
    failure: { code: "Throttled" },
    credentials: { accessKeyId: "ASIA1EXAMPLE" },
  });
  expect((await session.credentials()).accessKeyId).toBe("ASIA1EXAMPLE");
  await clock.advance(1);
  await expect(session.credentials()).rejects.toBe(sts.failure);
});

it("does not ask STS again before the backoff is over", async () => {
  const { session, sts, clock } = subject();
  sts.failure = denied();
  for (let attempt = 1; attempt <= 6; attempt += 1) await session.refresh();
  await clock.advance(5 * 60_000 - 1);
  await expect(session.credentials()).rejects.toBe(sts.failure);
  expect(sts.calls).toBe(6);
  sts.failure = undefined;
  await clock.advance(1);
  expect((await session.credentials()).accessKeyId).toBe("ASIA7EXAMPLE");
});

it("asks for a new role again after seconds", async () => {
  const { session, sts, clock } = subject();
  sts.failure = denied();
  await session.refresh();
  sts.failure = undefined;
  await clock.advance(1_000);
  expect((await session.credentials()).accessKeyId).toBe("ASIA2EXAMPLE");
});

it("does not wait for hours when this machine's clock was ahead and is set right in the backoff", async () => {
  const { session, sts, clock } = subject();
  sts.failure = throttled();
  await session.refresh();
  clock.correct(-2 * HOUR);
  expect(session.dueAt()).toBeLessThanOrEqual(clock.now());
  sts.failure = undefined;
  expect((await session.credentials()).accessKeyId).toBe("ASIA2EXAMPLE");
  expect(session.dueAt()).toBeGreaterThan(clock.now());
});

it("begins the backoff anew after a success", async () => {
  const { session, sts, clock } = subject();
  sts.failure = throttled();
  for (let attempt = 0; attempt < 5; attempt += 1) await session.refresh();
  sts.failure = undefined;
  await session.refresh();
  sts.failure = throttled();
  await session.refresh();
  expect(session.state().dueAt - clock.now()).toBe(1_000);
});

it("refuses credentials that this machine's clock calls expired", async () => {
  const { session } = subject(-1);
  await expect(session.credentials()).rejects.toMatchObject({ code: "ClockSkew" });
});

it("takes what another process got instead of asking STS, unless that is due as well", async () => {
  const { session, sts, cache, clock } = subject();
  await session.refresh();
  cache.push(credentials("Other", clock.now() + 30 * 60_000));
  await clock.advance(55 * 60_000);
  expect((await session.refresh()).credentials?.accessKeyId).toBe("ASIAOtherEXAMPLE");
  expect(sts.calls).toBe(1);
  await clock.advance(30 * 60_000);
  expect((await session.refresh()).credentials?.accessKeyId).toBe("ASIA2EXAMPLE");
});

it("gives what another process left, due and valid, while STS fails", async () => {
  const { session, sts, cache, clock } = subject();
  cache.push(credentials("Other", clock.now()));
  await clock.advance(HOUR - 5_000);
  sts.failure = throttled();
  expect((await session.credentials()).accessKeyId).toBe("ASIAOtherEXAMPLE");
  expect(session.state()).toMatchObject({ failure: { code: "Throttled" } });
  expect(session.dueAt()).toBeLessThanOrEqual(clock.now() + 1_000);
  await clock.advance(5_000);
  await expect(session.credentials()).rejects.toBe(sts.failure);
});

it("is not due while it is being refreshed", async () => {
  const { session, clock } = subject();
  const refreshing = session.refresh();
  expect(session.dueAt()).toBe(Infinity);
  await refreshing;
  expect(session.dueAt()).toBeGreaterThan(clock.now());
});

it("ends a refresh whose function throws before it returns a promise", async () => {
  const failing = roleSession(
    () => {
      throw throttled();
    },
    { clock: fakeClock(), random: () => 1 },
  );
  await failing.refresh();
  expect((await failing.refresh()).failure?.code).toBe("Throttled");
  expect(failing.dueAt()).toBeLessThan(Infinity);
});

describe("for a reader that refreshes itself", () => {
  const SIXTEEN_MINUTES = 16 * 60_000;

  it("refreshes as soon as less than 16 minutes are left, and waits for it", async () => {
    const { session, sts, clock } = subject();
    await session.credentials({ minTtlMs: SELF_REFRESHING_TTL_MS });
    await clock.advance(HOUR - SIXTEEN_MINUTES - 1);
    expect((await session.credentials({ minTtlMs: SELF_REFRESHING_TTL_MS })).accessKeyId).toBe("ASIA1EXAMPLE");
    await clock.advance(1);
    expect((await session.credentials()).accessKeyId).toBe("ASIA1EXAMPLE");
    expect((await session.credentials({ minTtlMs: SELF_REFRESHING_TTL_MS })).accessKeyId).toBe("ASIA2EXAMPLE");
    expect(sts.calls).toBe(2);
  });

  it("does not take what another process got when that has less than 16 minutes left, too", async () => {
    const { session, sts, cache, clock } = subject();
    await session.refresh();
    cache.push(credentials("Other", clock.now() + 1));
    await clock.advance(HOUR - SIXTEEN_MINUTES + 1);
    expect((await session.credentials({ minTtlMs: SELF_REFRESHING_TTL_MS })).accessKeyId).toBe("ASIA2EXAMPLE");
    expect(sts.calls).toBe(2);
  });

  it("reads cheaply when no session can last 16 minutes", async () => {
    const { session, sts, clock } = subject(900_000);
    for (let second = 0; second < 400; second += 1) {
      await session.credentials({ minTtlMs: SELF_REFRESHING_TTL_MS });
      await clock.advance(1_000);
    }
    expect(sts.calls).toBe(1);
  });

  it("gives what is valid while STS fails, and leaves STS alone during the backoff", async () => {
    const { session, sts, clock } = subject();
    await session.refresh();
    sts.failure = denied();
    await clock.advance(HOUR - SIXTEEN_MINUTES);
    for (let reads = 0; reads < 3; reads += 1)
      expect((await session.credentials({ minTtlMs: SELF_REFRESHING_TTL_MS })).accessKeyId).toBe("ASIA1EXAMPLE");
    expect(sts.calls).toBe(2);
    await clock.advance(SIXTEEN_MINUTES);
    await expect(session.credentials({ minTtlMs: SELF_REFRESHING_TTL_MS })).rejects.toBe(sts.failure);
  });
});

it("replaces a revoked session once AWS accepts new ones, and only once", async () => {
  const { session, sts, clock, revocation } = subject();
  await session.refresh();
  revocation.at = clock.now() + 1_000;
  await session.look?.();
  expect(sts.calls).toBe(1);
  await clock.advance(1_000);
  await session.look?.();
  await session.look?.();
  expect((await session.credentials()).accessKeyId).toBe("ASIA2EXAMPLE");
  expect(sts.calls).toBe(2);
});

it("keeps the pause after a failure although the session was revoked", async () => {
  const { session, sts, clock, revocation } = subject();
  await session.refresh();
  await clock.advance(1_000);
  revocation.at = clock.now();
  sts.failure = denied();
  for (let look = 1; look <= 5; look += 1) await session.look?.();
  expect(sts.calls).toBe(2);
});
