import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createAgentRoles } from "../create-agent-roles.ts";
import type { AgentRolesEvent } from "../events.ts";
import { fakeClock } from "../fake-clock.test-helper.ts";
import { credentials } from "../fixtures.test-helper.ts";
import { followRoles } from "./follow-roles.ts";
import { roleEnvSource } from "./role-env-source.ts";

const FIRST = "AWS_ROLE_1=arn:aws:iam::123456789012:role/MyFirstRole:First\n";
const SECOND = "AWS_ROLE_2=arn:aws:iam::123456789013:role/MySecondRole:Second\n";
const POLL_MS = 5_000;
const ROLES_OF_FILE = { AWS_ROLE_1: "arn:aws:iam::123456789012:role/MyFirstRole:Another" };
let directory: string;
let envFile: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-source-"));
  envFile = join(directory, "agent.env");
  await writeFile(envFile, FIRST);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function following(env: Record<string, string> = {}) {
  const clock = fakeClock();
  const stop = new AbortController();
  const events: AgentRolesEvent[] = [];
  const onEvent = (event: AgentRolesEvent): void => void events.push(event);
  const source = roleEnvSource({ env, envFile });
  const roles = createAgentRoles({
    env: await source.read(),
    clock,
    onEvent,
    assumeRole: async ({ subject }) => credentials(subject, clock.now()),
  });
  const followed = followRoles(roles, source, { signal: stop.signal, clock, onEvent });
  const profiles = () => roles.profiles().map(({ profile }) => profile);
  const end = async (): Promise<void> => {
    stop.abort();
    await followed.done;
  };
  return { clock, events, roles, profiles, followed, end };
}

it("brings a changed env file into force within seconds, however it was replaced", async () => {
  const { clock, profiles, followed, end } = await following();
  await writeFile(envFile, FIRST + SECOND);
  await clock.advance(POLL_MS);
  await followed.reload();
  expect(profiles()).toEqual(["First", "Second"]);
  await writeFile(join(directory, "new"), FIRST);
  await rename(join(directory, "new"), envFile);
  await clock.advance(POLL_MS);
  await followed.reload();
  expect(profiles()).toEqual(["First"]);
  await end();
});

it("reloads at once when asked", async () => {
  const { profiles, followed, end } = await following();
  await writeFile(envFile, FIRST + SECOND);
  await followed.reload();
  expect(profiles()).toEqual(["First", "Second"]);
  await end();
});

it("keeps the roles while the file is missing or has a mistake, reports it once, and recovers", async () => {
  const { profiles, followed, events, end } = await following();
  await rm(envFile);
  await followed.reload();
  await followed.reload();
  await writeFile(envFile, "AWS_ROLE_1=nonsense\n");
  await followed.reload();
  expect(profiles()).toEqual(["First"]);
  expect(events).toMatchObject([
    { type: "rolesUnreadable", source: envFile, error: { code: "RolesUnreadable" } },
    { type: "rolesUnreadable", source: envFile, error: { code: "InvalidRoleEnv" } },
  ]);
  await writeFile(envFile, SECOND.replace("2", "1"));
  await followed.reload();
  expect(profiles()).toEqual(["Second"]);
  await end();
});

it("keeps the roles while the file is empty, as it is for a moment when somebody writes it anew", async () => {
  const { profiles, followed, events, end } = await following();
  await writeFile(envFile, "");
  await followed.reload();
  expect(profiles()).toEqual(["First"]);
  expect(events).toMatchObject([{ type: "rolesUnreadable", error: { message: `${envFile} declares no AWS_ROLE_N` } }]);
  await writeFile(envFile, SECOND);
  await followed.reload();
  expect(profiles()).toEqual(["Second"]);
  await end();
});

/** A source whose reading never ends, and counts. */
function hanging() {
  const seen = { reads: 0 };
  const read = (): Promise<never> => {
    seen.reads += 1;
    return new Promise(() => undefined);
  };
  return { seen, source: { name: () => "the secret", pollMs: () => POLL_MS, read } };
}

it("ends when its signal aborts, whatever still hangs", async () => {
  const clock = fakeClock();
  const stop = new AbortController();
  const { seen, source } = hanging();
  const { done } = followRoles(createAgentRoles({ env: ROLES_OF_FILE }), source, { signal: stop.signal, clock });
  await clock.advance(POLL_MS);
  expect(seen.reads).toBe(1);
  stop.abort();
  await done;
});

it("continues after a read that hangs, and reports it", async () => {
  const { clock, events, roles, end: endFirst } = await following();
  await endFirst();
  const stop = new AbortController();
  let reads = 0;
  const once = {
    read: () => (reads++ === 0 ? new Promise<never>(() => undefined) : Promise.resolve({ ...ROLES_OF_FILE })),
    pollMs: () => POLL_MS,
    name: () => "a secret",
  };
  const followed = followRoles(roles, once, { signal: stop.signal, clock, onEvent: (event) => events.push(event) });
  await clock.advance(POLL_MS);
  await clock.advance(60_000);
  expect(events).toMatchObject([{ type: "rolesUnreadable", error: { code: "Unavailable" } }]);
  await clock.advance(POLL_MS);
  expect(roles.profiles().map(({ profile }) => profile)).toEqual(["Another"]);
  stop.abort();
  await followed.done;
});

it("looks once more for all who ask while it looks", async () => {
  const stop = new AbortController();
  const roles = createAgentRoles({ env: ROLES_OF_FILE });
  let reads = 0;
  const read = async () => {
    reads += 1;
    return {};
  };
  const source = { name: () => "the secret", pollMs: () => undefined, read };
  const { reload } = followRoles(roles, source, { signal: stop.signal });
  const first = reload();
  await Promise.resolve();
  await Promise.all([first, ...Array.from({ length: 100 }, () => reload())]);
  expect(reads).toBe(2);
});

it("reports and reads nothing while the file stays the same", async () => {
  const { clock, followed, events, roles, end } = await following();
  await roles.assumeAll();
  const before = events.length;
  await clock.advance(10 * POLL_MS);
  await followed.reload();
  expect(events).toHaveLength(before);
  await end();
});

it("lets roles of the file replace the environment's, and never mixes them", async () => {
  const { profiles, end } = await following({ AWS_ROLE_2: "arn:aws:iam::123456789013:role/FromTheEnvironment:Other" });
  expect(profiles()).toEqual(["First"]);
  await end();
});

it("has nothing to poll when everything comes from the environment", async () => {
  const stop = new AbortController();
  const source = roleEnvSource({ env: {} });
  expect(source.pollMs()).toBeUndefined();
  await followRoles(createAgentRoles({ env: ROLES_OF_FILE }), source, { signal: stop.signal }).done;
});

it("names a file that cannot be read", async () => {
  await expect(roleEnvSource({ env: {}, envFile: directory }).read()).rejects.toMatchObject({
    code: "RolesUnreadable",
    message: expect.stringContaining(directory),
  });
});

it.each([
  ["AWS_ROLE_1 arn:aws:iam::123456789012:role/MyFirstRole:First\n", ':1: AWS_ROLE_1 has no "=" after it'],
  ["# roles\nAWS_ROLE_1=a\nexport AWS_ROLE_1=b\n", ":3: AWS_ROLE_1 is set in line 2 already"],
])("names the line of an env file that would silently be left out: %j", async (text, mistake) => {
  await writeFile(envFile, text);
  await expect(roleEnvSource({ env: {}, envFile }).read()).rejects.toMatchObject({
    code: "RolesUnreadable",
    message: envFile + mistake,
  });
});
