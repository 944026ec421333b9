import { expect, it } from "vitest";
import { AgentRolesError } from "../agent-roles-error.ts";
import { fakeClock, settle } from "../fake-clock.test-helper.ts";
import { credentials } from "../fixtures.test-helper.ts";
import type { SessionCredentials } from "../session-credentials.ts";
import { roleSession } from "./role-session.ts";

const HOUR = 3_600_000;

/** A session over an STS that the test can break; every call is counted. */
function subject(lifetimeMs = HOUR) {
  const clock = fakeClock();
  const sts = { calls: 0, failure: undefined as AgentRolesError | undefined };
  const assume = async (): Promise<SessionCredentials> => {
    sts.calls += 1;
    await settle();
    if (sts.failure) throw sts.failure;
    return credentials(String(sts.calls), clock.now(), lifetimeMs);
  };
  return { clock, sts, session: roleSession(assume, { clock, random: () => 1 }) };
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
  await session.credentials();
  await clock.advance(HOUR - 10 * 60_000 - 1);
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
  await expect(session.credentials()).rejects.toBe(sts.failure);
  await clock.advance(5 * 60_000 - 1);
  await expect(session.credentials()).rejects.toBe(sts.failure);
  expect(sts.calls).toBe(1);
  sts.failure = undefined;
  await clock.advance(1);
  expect((await session.credentials()).accessKeyId).toBe("ASIA2EXAMPLE");
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
