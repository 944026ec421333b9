import { describe, expect, it } from "vitest";
import { AgentRolesError } from "./agent-roles-error.ts";
import { type AgentRolesOptions, createAgentRoles } from "./create-agent-roles.ts";
import type { AgentRolesEvent } from "./events.ts";
import { type FakeClock, fakeClock, settle } from "./fake-clock.test-helper.ts";
import { credentials } from "./fixtures.test-helper.ts";
import type { StoredCredentials } from "./stores/credential-store.ts";
import type { RoleRequest } from "./sts/role-request.ts";

const env = {
  AWS_ROLE_1: "arn:aws:iam::123456789012:role/MyFirstRole:First",
  AWS_ROLE_2: "arn:aws:iam::123456789013:role/MySecondRole:Second",
  AWS_ROLE_2_REGION: "eu-west-1",
};
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
  const store = {
    name: "memory",
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
        status: "none",
      },
      {
        profile: "Second",
        accountId: "123456789013",
        roleArn: "arn:aws:iam::123456789013:role/MySecondRole",
        region: "eu-west-1",
        default: false,
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
      expect.objectContaining({ code: "UnknownProfile", fix: "declared are: First, Second" }),
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
  it("hold no secret, so that each may be logged as it is", async () => {
    const { roles, store, events, broken, clock } = subject();
    broken.set("First", denied);
    await roles.assumeAll({ stores: [store] });
    await clock.advance(1);
    await roles.assumeAll({ stores: [store] });
    expect(events.map(({ type }) => type)).toEqual([
      "assumeFailed",
      "assumed",
      "stored",
      "assumeFailed",
      "assumed",
      "stored",
    ]);
    const logged = JSON.stringify(events);
    expect(logged).toContain("…MPLE");
    expect(logged).not.toMatch(/secret-of|token\/of|ASIA/);
  });
});

describe("start", () => {
  it("re-assumes each role ten minutes before it expires and stores what came", async () => {
    const { roles, store, stored, calls, clock } = subject();
    const abort = new AbortController();
    const { done } = await filled(roles.start({ stores: [store], signal: abort.signal }), clock);
    expect(Object.fromEntries(stored)).toEqual({ First: "ASIAFirst2EXAMPLE", Second: "ASIASecond2EXAMPLE" });
    await clock.advance(50 * MINUTE - 1 - GATHER);
    expect(calls).toHaveLength(2);
    await clock.advance(1);
    expect(calls).toHaveLength(4);
    await clock.advance(GATHER);
    expect(stored.get("First")).toBe("ASIAFirst3EXAMPLE");
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
    expect(stored.get("Second")).toBe("ASIASecond4EXAMPLE");
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
});
