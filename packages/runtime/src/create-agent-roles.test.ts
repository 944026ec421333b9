import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { AgentRolesError } from "./agent-roles-error.ts";
import { type AgentRolesOptions, createAgentRoles } from "./create-agent-roles.ts";
import type { AgentRolesEvent } from "./events.ts";
import { type FakeClock, fakeClock, settle } from "./fake-clock.test-helper.ts";
import { credentials } from "./fixtures.test-helper.ts";
import type { CredentialStore, StoredCredentials } from "./stores/credential-store.ts";
import type { RoleRequest } from "./session/role-request.ts";

const env = {
  AWS_ROLE_1: "arn:aws:iam::123456789012:role/MyFirstRole:First",
  AWS_ROLE_2: "arn:aws:iam::123456789013:role/MySecondRole:Second",
  AWS_ROLE_2_REGION: "eu-west-1",
};
/** Identify the caller that cache entries belong to. */
const KEYS = { AWS_ACCESS_KEY_ID: "AKIAMASTEREXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
const MINUTE = 60_000;

/** Roles over an STS where the test breaks single profiles, and a store that remembers. */
function subject(options: AgentRolesOptions & { lifetimeMs?: number } = {}) {
  const clock = fakeClock();
  const broken = new Map<string, AgentRolesError>();
  const calls: string[] = [];
  const events: AgentRolesEvent[] = [];
  const writes: string[][] = [];
  const stored = new Map<string, string>();
  const assumeRole = async ({ subject: name }: RoleRequest) => {
    calls.push(name);
    await Promise.resolve();
    const failure = broken.get(name);
    if (failure) throw failure;
    return credentials(`${name}${calls.length}`, clock.now(), options.lifetimeMs);
  };
  const store: CredentialStore = {
    name: "memory",
    remove: async (profiles) => {
      for (const profile of profiles) stored.delete(profile);
    },
    put: async (entries: readonly StoredCredentials[]) => {
      writes.push(entries.map(({ target }) => target.profile));
      for (const each of entries) stored.set(each.target.profile, each.credentials.accessKeyId);
      return [];
    },
  };
  const roles = createAgentRoles({
    env,
    clock,
    random: () => 1,
    assumeRole,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { clock, broken, calls, events, writes, stored, store, roles };
}

const denied = new AgentRolesError("no", { code: "AccessDenied", fix: "repair the trust" });
const throttled = new AgentRolesError("slow", { code: "Throttled", fix: "wait", retryable: true });

describe("createAgentRoles", () => {
  it("lists the profiles without asking AWS", () => {
    const { roles, calls } = subject();
    expect(roles.profiles()).toEqual([
      {
        profile: "First",
        accountId: "123456789012",
        roleArn: "arn:aws:iam::123456789012:role/MyFirstRole",
        default: false,
        access: "full",
        status: "none",
      },
      {
        profile: "Second",
        accountId: "123456789013",
        roleArn: "arn:aws:iam::123456789013:role/MySecondRole",
        region: "eu-west-1",
        default: false,
        access: "full",
        status: "none",
      },
    ]);
    expect(calls).toEqual([]);
  });

  it("gives SDK clients the profile's credentials and Region", async () => {
    const { roles } = subject();
    const { credentials: provider, region } = roles.clientConfig("Second");
    expect(region).toBe("eu-west-1");
    expect(await provider()).toMatchObject({ accessKeyId: "ASIASecond1EXAMPLE", accountId: "123456789013" });
    expect(roles.clientConfig("First")).not.toHaveProperty("region");
  });

  it("names the profiles there are when asked for another", () => {
    const { roles } = subject();
    expect(() => roles.credentials("Third")).toThrow(
      expect.objectContaining({ code: "UnknownProfile", fix: "Use one of the declared profiles: First, Second." }),
    );
  });

  it("assumes all, stores what came in one write, and shows who failed", async () => {
    const { roles, broken, writes, store } = subject();
    broken.set("First", denied);
    const profiles = await roles.assumeAll({ stores: [store] });
    expect(profiles).toMatchObject([
      { profile: "First", status: "failed", failure: { code: "AccessDenied", fix: "repair the trust" } },
      { profile: "Second", status: "fresh" },
    ]);
    expect(writes).toEqual([["Second"]]);
  });

  it("asks STS for no more roles at once than the limit", async () => {
    let running = 0;
    let most = 0;
    const many = Object.fromEntries(
      Array.from({ length: 30 }, (_, n) => [`AWS_ROLE_${n + 1}`, `${env.AWS_ROLE_1}${n}`]),
    );
    const { roles, clock } = subject({
      env: many,
      concurrency: 4,
      assumeRole: async ({ subject: name }) => {
        running += 1;
        most = Math.max(most, running);
        await settle();
        running -= 1;
        return credentials(name, clock.now());
      },
    });
    await roles.assumeAll();
    expect(most).toBe(4);
  });
});

/** As long as the writer waits for more to write. */
const GATHER = 50;

async function filled<T>(start: Promise<T>, clock: FakeClock): Promise<T> {
  await clock.advance(GATHER);
  return start;
}

describe("events", () => {
  it("puts no secret into an event", async () => {
    const { roles, store, events, broken, clock } = subject();
    broken.set("First", denied);
    await roles.assumeAll({ stores: [store] });
    await clock.advance(1);
    await roles.assumeAll({ stores: [store] });
    expect(events.map(({ type }) => type)).toEqual([
      "assumeFailed",
      "assumed",
      "initialProgress",
      "initialProgress",
      "stored",
      "assumeFailed",
      "assumed",
      "initialProgress",
      "initialProgress",
      "stored",
    ]);
    expect(events).toContainEqual({ type: "initialProgress", done: 2, failed: 1, total: 2 });
    const logged = JSON.stringify(events);
    expect(logged).toContain("…MPLE");
    expect(logged).not.toMatch(/secret-of|token\/of|ASIA/);
  });
});

describe("start", () => {
  it("stores what is valid still while STS gives nothing newer", async () => {
    const { roles, clock, broken, store, stored } = subject();
    await roles.credentials("First")();
    await clock.advance(55 * MINUTE);
    broken.set("First", throttled).set("Second", throttled);
    const abort = new AbortController();
    await filled(roles.start({ stores: [store], signal: abort.signal }), clock);
    expect([...stored.keys()]).toEqual(["First"]);
    abort.abort();
  });

  it("stores what a reader has had assumed already, without asking for it again", async () => {
    const { roles, clock, calls, events, store, stored } = subject();
    const abort = new AbortController();
    await roles.credentials("First")();
    await filled(roles.start({ stores: [store], signal: abort.signal }), clock);
    expect(calls).toEqual(["First", "Second"]);
    expect([...stored.keys()]).toEqual(["First", "Second"]);
    expect(events).toContainEqual({ type: "initialProgress", done: 2, failed: 0, total: 2 });
    abort.abort();
    const again = new AbortController();
    await filled(roles.start({ stores: [store], signal: again.signal }), clock);
    expect(calls).toHaveLength(2);
    await clock.advance(55 * MINUTE);
    expect(calls).toHaveLength(4);
    again.abort();
  });

  it("re-assumes each role ten minutes before it expires and stores what came", async () => {
    const { roles, store, stored, calls, clock } = subject();
    const abort = new AbortController();
    const { done } = await filled(roles.start({ stores: [store], signal: abort.signal }), clock);
    expect(Object.fromEntries(stored)).toEqual({ First: "ASIAFirst2EXAMPLE", Second: "ASIASecond2EXAMPLE" });
    // Up to a minute of jitter lies before the deadline.
    await clock.advance(49 * MINUTE - 1 - GATHER);
    expect(calls).toHaveLength(2);
    await clock.advance(MINUTE + 1);
    expect(calls).toHaveLength(4);
    await clock.advance(GATHER);
    expect(stored.get("First")).toMatch(/ASIAFirst[34]EXAMPLE/);
    expect(clock.longestSleepMs()).toBeLessThanOrEqual(MINUTE);
    abort.abort();
    await done;
  });

  it("lets one role fail alone: the other rotates on time, and the failed one heals", async () => {
    const { roles, store, stored, broken, events, clock } = subject();
    const abort = new AbortController();
    const { done } = await filled(roles.start({ stores: [store], signal: abort.signal }), clock);
    broken.set("First", throttled);
    await clock.advance(50 * MINUTE + GATHER);
    expect(stored.get("Second")).not.toBe("ASIASecond2EXAMPLE");
    expect(stored.get("First")).toBe("ASIAFirst2EXAMPLE");
    expect(roles.profiles()).toMatchObject([
      { status: "expiring", failure: { code: "Throttled" } },
      { status: "fresh" },
    ]);
    broken.clear();
    await clock.advance(2 * MINUTE);
    await settle();
    expect(roles.profiles()).toMatchObject([{ status: "fresh" }, { status: "fresh" }]);
    expect(roles.profiles()[0]).not.toHaveProperty("failure");
    expect(events.filter(({ type }) => type === "assumeFailed").length).toBeGreaterThan(0);
    abort.abort();
    await done;
  });

  it("rotates at once after a suspend of hours", async () => {
    const { roles, clock } = subject();
    const abort = new AbortController();
    const { done } = await roles.start({ signal: abort.signal });
    const before = roles.profiles().map(({ expiration }) => expiration?.getTime() ?? 0);
    await clock.advance(9 * 60 * MINUTE);
    await settle();
    const after = roles.profiles();
    expect(after.map(({ status }) => status)).toEqual(["fresh", "fresh"]);
    expect(after.every(({ expiration }, index) => (expiration?.getTime() ?? 0) > (before[index] ?? 0))).toBe(true);
    abort.abort();
    await done;
  });

  it("stops at once while a call hangs", async () => {
    const abort = new AbortController();
    const { roles } = subject({ assumeRole: () => new Promise(() => undefined) });
    const started = roles.start({ signal: abort.signal });
    await settle();
    abort.abort();
    const { done } = await started;
    await expect(done).resolves.toBeUndefined();
  });

  it("asks nothing when it is stopped before it starts", async () => {
    const { roles, calls } = subject();
    const { done } = await roles.start({ signal: AbortSignal.abort() });
    await done;
    await settle();
    expect(calls).toEqual([]);
  });
});

async function rotating(options: Parameters<typeof subject>[0] = {}) {
  const all = subject(options);
  const abort = new AbortController();
  const { done } = await filled(all.roles.start({ stores: [all.store], signal: abort.signal }), all.clock);
  const stop = async (): Promise<void> => {
    abort.abort();
    await done;
  };
  return { ...all, stop };
}

describe("update", () => {
  const third = { AWS_ROLE_3: "arn:aws:iam::123456789013:role/MyThirdRole:Third" };

  it("assumes and stores what was added, at once and alone", async () => {
    const { roles, calls, stored, clock, stop } = await rotating();
    expect(roles.update({ ...env, ...third })).toMatchObject({
      added: [{ profile: "Third" }],
      changed: [],
      removed: [],
    });
    await clock.advance(GATHER);
    expect(calls).toEqual(["First", "Second", "Third"]);
    expect(stored.get("Third")).toBe("ASIAThird3EXAMPLE");
    await stop();
  });

  it("takes what was removed out of the stores and stops rotating it", async () => {
    const { roles, calls, stored, clock, events, stop } = await rotating();
    const provider = roles.credentials("Second");
    roles.update({ AWS_ROLE_1: env.AWS_ROLE_1 });
    await clock.advance(GATHER);
    expect([...stored.keys()]).toEqual(["First"]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "removed", targets: [expect.objectContaining({ profile: "Second" })] }),
    );
    await clock.advance(51 * MINUTE);
    expect(calls).toEqual(["First", "Second", "First"]);
    await expect(provider()).rejects.toMatchObject({ code: "UnknownProfile" });
    await stop();
  });

  it("never serves a changed profile with the credentials of the role that it meant before", async () => {
    const { roles, broken, stored, clock, stop } = await rotating();
    const provider = roles.credentials("Second");
    broken.set("Second", denied);
    roles.update({ ...env, AWS_ROLE_2: "arn:aws:iam::123456789013:role/OtherRole:Second" });
    await expect(provider()).rejects.toBe(denied);
    await clock.advance(GATHER);
    expect(stored.has("Second")).toBe(false);
    broken.clear();
    await clock.advance(5 * MINUTE + GATHER);
    expect(stored.get("Second")).toMatch(/ASIASecond/);
    await stop();
  });

  it("keeps what the master's old credentials got until the new ones get something, here and in the stores", async () => {
    const { roles, broken, stored, clock, stop } = await rotating();
    broken.set("Second", denied);
    expect(roles.update({ ...env, AWS_ACCESS_KEY_ID: "AKIANEWEXAMPLE" }).changed).toHaveLength(2);
    await clock.advance(GATHER);
    expect([...stored]).toEqual([
      ["First", "ASIAFirst4EXAMPLE"],
      ["Second", "ASIASecond2EXAMPLE"],
    ]);
    expect((await roles.credentials("Second")()).accessKeyId).toBe("ASIASecond2EXAMPLE");
    expect(roles.profiles()[1]).toMatchObject({ status: "fresh", failure: { code: "AccessDenied" } });
    await stop();
  });

  it("drops the answer of a role that was removed while STS worked on it", async () => {
    const answers: (() => void)[] = [];
    const { roles, events, clock } = subject({
      assumeRole: ({ subject: name }) =>
        new Promise((resolve) => answers.push(() => resolve(credentials(name, Date.parse("2026-01-01T00:00:00Z"))))),
    });
    const initialProgress = roles.assumeAll();
    await settle();
    roles.update({ AWS_ROLE_1: env.AWS_ROLE_1 });
    for (const answer of answers) answer();
    await initialProgress;
    await clock.advance(1);
    expect(events.filter(({ type }) => type === "assumed")).toMatchObject([{ target: { profile: "First" } }]);
  });

  it("keeps the credentials of what stays, also under another number", async () => {
    const { roles, calls, stop } = await rotating();
    const before = await roles.credentials("Second")();
    expect(roles.update({ AWS_ROLE_1: env.AWS_ROLE_2, AWS_ROLE_1_REGION: "eu-west-1" })).toMatchObject({
      added: [],
      changed: [],
      removed: [{ profile: "First" }],
    });
    expect(await roles.credentials("Second")()).toBe(before);
    expect(calls).toHaveLength(2);
    await stop();
  });

  it("stores a profile again when only its Region is another", async () => {
    const { roles, writes, calls, clock, stop } = await rotating();
    roles.update({ ...env, AWS_ROLE_2_REGION: "us-east-2" });
    await clock.advance(GATHER);
    expect(writes.at(-1)).toEqual(["Second"]);
    expect(roles.clientConfig("Second").region).toBe("us-east-2");
    expect(calls).toHaveLength(2);
    await stop();
  });

  it("changes nothing when the new definitions have a mistake", async () => {
    const { roles, stored, stop } = await rotating();
    expect(() => roles.update({ AWS_ROLE_1: "nonsense" })).toThrow(expect.objectContaining({ code: "InvalidRoleEnv" }));
    expect(roles.profiles().map(({ profile }) => profile)).toEqual(["First", "Second"]);
    expect(stored.size).toBe(2);
    await stop();
  });

  it("gives every role a new session when what they all carry changes", async () => {
    const { roles, calls, clock, stop } = await rotating();
    expect(roles.update({ ...env, AGENT_ROLES_SESSION_NAME: "agent-7" }).changed).toHaveLength(2);
    await clock.advance(GATHER);
    expect(calls).toHaveLength(4);
    await stop();
  });
});

describe("a role that never answers", () => {
  it("fails a role that never answers after a minute, and delays no other", async () => {
    const { roles, clock } = subject({
      assumeRole: ({ subject: name }) =>
        name === "First" ? new Promise(() => undefined) : Promise.resolve(credentials(name, clock.now())),
    });
    const all = roles.assumeAll();
    await clock.advance(MINUTE);
    expect(await all).toMatchObject([{ status: "failed", failure: { code: "Unavailable" } }, { status: "fresh" }]);
  });
});

describe("a listener that fails", () => {
  const broken = new Error("the agent's logger is broken");
  it.each<readonly [string, () => void]>([
    [
      "throws",
      () => {
        throw broken;
      },
    ],
    ["rejects", () => Promise.reject(broken)],
  ])("because it %s stops neither the refresh nor the rotation, and becomes a process warning", async (_, fail) => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning);
    process.on("warning", onWarning);
    const { roles } = subject({ onEvent: fail });
    expect(await roles.assumeAll()).toMatchObject([{ status: "fresh" }, { status: "fresh" }]);
    await settle();
    process.off("warning", onWarning);
    expect(warnings[0]?.message).toContain("logger is broken");
  });
});

function as(accessKeyId: string) {
  return async () => ({ accessKeyId, secretAccessKey: "x" });
}

describe("a shared cache", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "agent-roles-cache-"));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it("makes one STS call for a role of two agents with a shared cache, until the session is due", async () => {
    const shared = { ...env, ...KEYS, AGENT_ROLES_CACHE_DIR: join(directory, "cache") };
    const first = subject({ env: shared, cache: true });
    const second = subject({ env: shared, cache: true, clock: first.clock });
    const both = await first.clock.until(Promise.all([first.roles.assumeAll(), second.roles.assumeAll()]));
    expect(both.flat().map(({ status }) => status)).toEqual(["fresh", "fresh", "fresh", "fresh"]);
    expect(first.calls.length + second.calls.length).toBe(2);
    expect(await first.roles.credentials("First")()).toEqual(await second.roles.credentials("First")());
  });

  it("gives no master the cached sessions of another one", async () => {
    const shared = { ...env, ...KEYS, AGENT_ROLES_CACHE_DIR: join(directory, "cache") };
    const first = subject({ env: shared, cache: true, masterCredentials: as("AKIAFIRST") });
    await first.clock.until(first.roles.assumeAll());
    const { clock } = first;
    const same = subject({ env: shared, cache: true, clock, masterCredentials: as("AKIAFIRST") });
    await clock.until(same.roles.assumeAll());
    expect(same.calls).toEqual([]);
    const refused = subject({ env: shared, cache: true, clock, masterCredentials: as("AKIASECOND") });
    refused.broken.set("First", denied);
    await clock.until(refused.roles.assumeAll());
    expect(refused.calls.toSorted()).toEqual(["First", "Second"]);
    expect(refused.roles.profiles()).toMatchObject([{ status: "failed" }, { status: "fresh" }]);
    const none = subject({ env: shared, cache: true, clock, masterCredentials: () => Promise.reject(denied) });
    await clock.until(none.roles.assumeAll());
    expect(none.calls).toHaveLength(2);
  });

  it("gives valid cached credentials to an agent that starts while STS fails", async () => {
    const shared = { ...env, ...KEYS, AGENT_ROLES_CACHE_DIR: join(directory, "cache") };
    const first = subject({ env: shared, cache: true });
    await first.clock.until(first.roles.assumeAll());
    await first.clock.advance(55 * 60_000);
    const failing = subject({ env: shared, cache: true, clock: first.clock });
    failing.broken.set("First", denied);
    const [profile] = await first.clock.until(failing.roles.assumeAll({ stores: [failing.store] }));
    expect(failing.stored.get("First")).toMatch(/^ASIAFirst/);
    expect(profile).toMatchObject({ status: "expiring", failure: { code: "AccessDenied" } });
    expect((await failing.roles.credentials("First")()).accessKeyId).toMatch(/^ASIAFirst/);
  });

  it("reports a shared cache that cannot be used as an event, and fails nothing", async () => {
    await writeFile(join(directory, "file"), "");
    const broken = subject({ env: { ...env, ...KEYS, AGENT_ROLES_CACHE_DIR: join(directory, "file") }, cache: true });
    expect((await broken.roles.assumeAll()).map(({ status }) => status)).toEqual(["fresh", "fresh"]);
    expect(broken.events).toContainEqual(expect.objectContaining({ type: "cacheFailed" }));
  });
});

describe("the master's failure", () => {
  const invalid = new AgentRolesError("the master's credentials: unknown key", {
    code: "MasterCredentialsInvalid",
    fix: "log in",
  });
  const many = Object.fromEntries(
    Array.from({ length: 120 }, (_, index) => [
      `AWS_ROLE_${index + 1}`,
      `arn:aws:iam::123456789012:role/R${index}:P${index}`,
    ]),
  );
  const failing = () => {
    const master = { failure: invalid as AgentRolesError | undefined, calls: 0 };
    const { roles, events, clock } = subject({
      env: many,
      assumeRole: async ({ subject: name }) => {
        const { failure } = master;
        master.calls += 1;
        await Promise.resolve();
        if (failure)
          throw new AgentRolesError(`${name}: ${failure.message}`, {
            code: failure.code,
            fix: failure.fix,
            cause: failure,
          });
        return credentials(name, clock.now());
      },
    });
    return { master, roles, events, clock, failures: () => events.filter(({ type }) => type.endsWith("Failed")) };
  };

  it("reports a failure of the master as one event for 120 roles, however often they are tried", async () => {
    const { roles, failures, clock } = failing();
    await roles.assumeAll();
    await roles.assumeAll();
    expect(failures()).toEqual([{ type: "masterFailed", error: invalid, retryAt: expect.any(Date) }]);
    expect(roles.profiles()[7]).toMatchObject({
      status: "failed",
      failure: { message: expect.stringContaining("P7: ") },
    });
    expect(clock.now()).toBeGreaterThan(0);
  });

  it("makes one call a round for 120 roles when the master fails, after the calls that began before it was known", async () => {
    const { master, roles, clock } = failing();
    const stop = new AbortController();
    const { done } = await roles.start({ signal: stop.signal });
    expect(master.calls).toBe(20);
    await clock.advance(10 * MINUTE);
    // With this randomness: after 1, 2, 4, 8, 16, 32, 60, 60, … seconds.
    expect(master.calls).toBe(20 + 14);
    stop.abort();
    await done;
  });

  it("ends a failure of the master for all roles as soon as one is assumed", async () => {
    const { master, roles, clock, events } = failing();
    const stop = new AbortController();
    const { done } = await roles.start({ signal: stop.signal });
    await clock.advance(5 * MINUTE);
    master.failure = undefined;
    await clock.advance(MINUTE);
    expect(events.filter(({ type }) => type === "assumed")).toHaveLength(120);
    expect(roles.profiles().every(({ status }) => status === "fresh")).toBe(true);
    stop.abort();
    await done;
  });

  it("reports one event when the master's credentials never come, and asks for them again in the next round", async () => {
    let asked = 0;
    const clock = fakeClock();
    const events: AgentRolesEvent[] = [];
    const roles = createAgentRoles({
      env: many,
      clock,
      random: () => 1,
      onEvent: (event) => events.push(event),
      masterCredentials: () => {
        asked += 1;
        return new Promise<never>(() => undefined);
      },
    });
    await clock.until(roles.assumeAll());
    expect(asked).toBe(1);
    expect(events.filter(({ type }) => type.endsWith("Failed"))).toEqual([
      expect.objectContaining({
        type: "masterFailed",
        error: expect.objectContaining({ code: "MasterCredentialsUnavailable", retryable: true }),
      }),
    ]);
    await clock.until(roles.assumeAll());
    expect(asked).toBe(2);
  });

  it("holds no role up that fails for a reason of its own", async () => {
    const { broken, roles, calls } = subject({ env: many });
    broken.set("P0", invalid);
    broken.set("P1", denied);
    await roles.assumeAll();
    await roles.assumeAll();
    expect(
      roles
        .profiles()
        .map(({ status }) => status)
        .slice(0, 3),
    ).toEqual(["failed", "failed", "fresh"]);
    expect(new Set(calls).size).toBe(120);
  });

  it("reports a failure of the master again with another cause, and after it worked", async () => {
    const { master, roles, failures } = failing();
    await roles.assumeAll();
    master.failure = new AgentRolesError("expired", { code: "MasterCredentialsExpired", fix: "log in" });
    await roles.assumeAll();
    master.failure = undefined;
    await roles.assumeAll();
    master.failure = invalid;
    await roles.assumeAll();
    expect(failures()).toHaveLength(3);
  });

  it("ends the pause after a failure of the master with retry() after a new login", async () => {
    const { master, roles, events, clock } = failing();
    const stop = new AbortController();
    const { done } = await roles.start({ signal: stop.signal });
    master.failure = undefined;
    roles.retry();
    await settle();
    expect(events.filter(({ type }) => type === "assumed")).toHaveLength(120);
    expect(clock.longestSleepMs()).toBeGreaterThan(0);
    stop.abort();
    await done;
  });
});

it("lets go of a call that hangs, and the next try gets an answer", async () => {
  let calls = 0;
  let aborted = false;
  const { roles, clock } = subject({
    assumeRole: async ({ subject: name }, _, signal) => {
      calls += 1;
      signal?.addEventListener("abort", () => (aborted = true));
      return calls === 1 ? new Promise<never>(() => undefined) : credentials(name, clock.now());
    },
  });
  const first = roles
    .credentials("First")()
    .catch((error: unknown) => error);
  await clock.advance(60_000);
  expect(await first).toMatchObject({ code: "Unavailable", retryable: true });
  expect(aborted).toBe(true);
  await clock.advance(60_000);
  expect((await roles.credentials("First")()).accessKeyId).toBe("ASIAFirstEXAMPLE");
});

it("takes what another process got while a role waits for its next try", async () => {
  const directory = await mkdtemp(join(tmpdir(), "agent-roles-cache-"));
  try {
    const shared = { ...env, ...KEYS, AGENT_ROLES_CACHE_DIR: join(directory, "cache") };
    const here = subject({ env: shared, cache: true });
    here.broken.set("First", denied);
    const stop = new AbortController();
    const { done } = await here.clock.until(here.roles.start({ signal: stop.signal }));
    const there = subject({ env: shared, cache: true, clock: here.clock });
    await here.clock.until(there.roles.assumeAll());
    await here.clock.advance(5_000);
    await here.clock.until(here.roles.credentials("First")());
    expect(here.roles.profiles()[0]).toMatchObject({ status: "fresh" });
    expect(here.calls.filter((name) => name === "First")).toHaveLength(1);
    stop.abort();
    await done;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

it("lets AWS_PROFILE name a profile when the master's credentials are given, and refuses it otherwise", () => {
  const named = { ...env, AWS_PROFILE: "First" };
  expect(subject({ env: named, masterCredentials: as("AKIAEXAMPLE") }).roles.profiles()).toHaveLength(2);
  expect(() => subject({ env: named })).toThrow(expect.objectContaining({ code: "InvalidRoleEnv" }));
});

it.each([
  [{}, "no AWS_ROLE_N is set", "Set AWS_ROLE_1="],
  [
    { AWS_ROLE: "arn:aws:iam::123456789013:role/First:First" },
    "AWS_ROLE is not of the form",
    "Rename it to AWS_ROLE_1.",
  ],
  [{ AWS_ROLE2: "arn:aws:iam::123456789013:role/First:First" }, "AWS_ROLE2 is not of", "Rename it to AWS_ROLE_2."],
])("throws for %j: %s", (without, message, fix) => {
  expect(() => subject({ env: without })).toThrow(
    expect.objectContaining({
      code: "InvalidRoleEnv",
      message: expect.stringContaining(message),
      fix: expect.stringContaining(fix),
    }),
  );
});

it.each([
  ["deletes the cached session of a removed role", {}, 0],
  ["keeps the cached session of a removed profile whose role another profile has", { AWS_ROLE_9: ":Other" }, 1],
])("%s", async (_, others, left) => {
  const directory = await mkdtemp(join(tmpdir(), "agent-roles-cache-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const cacheDirectory = join(directory, "cache");
  const FIRST = "arn:aws:iam::123456789013:role/First";
  const more = Object.fromEntries(Object.entries(others).map(([name, suffix]) => [name, FIRST + suffix]));
  const rest = { ...KEYS, HOME: directory, AGENT_ROLES_CACHE_DIR: cacheDirectory, ...more };
  const { roles, clock } = subject({ env: { ...rest, AWS_ROLE_1: `${FIRST}:First` }, cache: true });
  await clock.until(roles.assumeAll());
  const entries = async (): Promise<string[]> =>
    (await readdir(cacheDirectory)).filter((name) => name.endsWith(".json"));
  expect(await entries()).toHaveLength(1);
  roles.update({ ...rest, AWS_ROLE_2: "arn:aws:iam::123456789013:role/Second:Second" });
  await settle();
  expect(await entries()).toHaveLength(left);
});
