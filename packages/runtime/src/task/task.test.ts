import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { AgentRolesError } from "../agent-roles-error.ts";
import { type AgentRolesOptions, createAgentRoles } from "../create-agent-roles.ts";
import { fakeClock } from "../fake-clock.test-helper.ts";
import { credentials } from "../fixtures.test-helper.ts";
import type { RoleRequest } from "../session/role-request.ts";
import { memoryStore } from "../stores/memory-store.ts";
import type { TaskOptions } from "./task-env.ts";

const env = {
  AWS_ROLE_1: "arn:aws:iam::123456789012:role/MyFirstRole:First",
  AWS_ROLE_2: "arn:aws:iam::123456789013:role/MySecondRole:Second",
  AWS_ROLE_2_ACCESS: "view",
  AGENT_ROLES_SESSION_NAME: "bot",
  AGENT_ROLES_SOURCE_IDENTITY: "bot",
  AGENT_ROLES_SESSION_TAGS: "team=blue",
};
const MINUTE = 60_000;
const task = { id: "INC-42", onBehalfOf: "alice@example.com" };

/** Roles over an STS that gives the length that it is asked for. */
function subject(options: AgentRolesOptions = {}) {
  const clock = fakeClock();
  const requests: RoleRequest[] = [];
  const roles = createAgentRoles({
    env,
    clock,
    random: () => 1,
    assumeRole: async (request) => {
      const count = requests.push(request);
      await Promise.resolve();
      return credentials(`A${count}`, clock.now(), (request.durationSeconds ?? 3_600) * 1_000);
    },
    ...options,
  });
  return { clock, requests, roles };
}

const ended = expect.objectContaining({ code: "TaskEnded", fix: "Open a new task." });

it("names a task's session for the task, with the person as its source identity, and both as tags", async () => {
  const { roles, requests } = subject();
  await roles.task(task).credentials("First")();
  await roles.credentials("First")();
  expect(requests.map(({ attributes }) => attributes)).toEqual([
    expect.objectContaining({
      roleSessionName: "INC-42",
      sourceIdentity: "alice@example.com",
      sessionTags: { team: "blue", "agent-roles:task": "INC-42", "agent-roles:on-behalf-of": "alice@example.com" },
    }),
    undefined,
  ]);
});

it("calls STS once for each profile of a task, and shares nothing between tasks", async () => {
  const { roles, requests } = subject();
  const tasks = ["one", "two"].map((id) => roles.task({ id, ttlSeconds: 900 }));
  const keys = await Promise.all(
    tasks.flatMap((each) => ["First", "First", "Second"].map((profile) => each.credentials(profile)())),
  );
  expect(requests).toHaveLength(4);
  expect(new Set(keys.map(({ accessKeyId }) => accessKeyId)).size).toBe(4);
});

it.each([
  ["read", { First: "read", Second: "view" }],
  ["full", { First: "full", Second: "view" }],
  [undefined, { First: "full", Second: "view" }],
] as const)("never widens a role: access %s", async (access, expected) => {
  const { roles, requests } = subject();
  const opened = roles.task({ ...task, ...(access && { access }) });
  await Promise.all(["First", "Second"].map((profile) => opened.credentials(profile)()));
  expect(Object.fromEntries(opened.profiles().map((each) => [each.profile, each.access]))).toEqual(expected);
  expect(requests.map(({ access: asked = "full" }) => asked)).toEqual(Object.values(expected));
});

it.each([
  [60, undefined, 900],
  [1_000, undefined, 1_000],
  [43_200, undefined, 3_600],
  [43_200, "7200", 7_200],
  [1_800, "900", 900],
])("asks for no longer session than a task of %d s needs (role: %s s): %d s", async (ttlSeconds, declared, seconds) => {
  const { roles, requests } = subject({ env: { ...env, AWS_ROLE_1_DURATION_SECONDS: declared } });
  await roles.task({ ...task, ttlSeconds }).credentials("First")();
  expect(requests[0]?.durationSeconds).toBe(seconds);
});

it("ends with its time, to which credentials are shortened, with one call for each profile", async () => {
  const { roles, clock, requests } = subject();
  const opened = roles.task({ ...task, ttlSeconds: 600 });
  const provider = opened.credentials("First");
  expect(await provider()).toMatchObject({ expiration: opened.endsAt });
  for (let minute = 1; minute < 10; minute += 1) {
    await clock.advance(MINUTE);
    await provider();
  }
  expect(requests).toHaveLength(1);
  await clock.advance(MINUTE - 1);
  await provider();
  await clock.advance(1);
  await expect(provider()).rejects.toEqual(ended);
  expect(() => opened.clientConfig("First")).toThrow(/"INC-42" has ended at 2026-01-01T00:10:00.000Z/);
});

it("rotates in a task that is longer than a session, until the task ends", async () => {
  const { roles, clock, requests } = subject();
  const provider = roles.task({ ...task, ttlSeconds: 2.5 * 3_600 }).credentials("First");
  for (let minute = 0; minute < 150; minute += 1) {
    await provider();
    await clock.advance(MINUTE);
  }
  await expect(provider()).rejects.toEqual(ended);
  expect(requests).toHaveLength(3);
});

it("ends at once with end(), also for an answer of STS that comes later", async () => {
  const { roles } = subject();
  const opened = roles.task(task);
  const provider = opened.credentials("First");
  const late = provider();
  await opened.end();
  await opened.end();
  await expect(late).rejects.toEqual(ended);
  await expect(provider()).rejects.toEqual(ended);
  expect(await roles.credentials("First")()).toHaveProperty("accessKeyId");
});

it("stops a client of the SDK that has used the credentials", async () => {
  const { roles } = subject();
  const opened = roles.task(task);
  let sent = 0;
  const client = new STSClient({ region: "us-east-1", ...opened.clientConfig("First"), maxAttempts: 1 });
  client.middlewareStack.add(
    () => async () => {
      sent += 1;
      return { response: {}, output: { $metadata: {} } };
    },
    { step: "finalizeRequest", priority: "low" },
  );
  await client.send(new GetCallerIdentityCommand({}));
  await opened.end();
  await expect(client.send(new GetCallerIdentityCommand({}))).rejects.toEqual(ended);
  expect(sent).toBe(1);
});

it("keeps its profiles in a store until it ends", async () => {
  const { roles, clock } = subject();
  const store = memoryStore();
  const opened = roles.task({ ...task, ttlSeconds: 900, profiles: ["Second"] });
  const { done } = await clock.until(opened.start({ stores: [store] }));
  const names = (): string[] => [...store.entries.keys()];
  expect(names()).toEqual(["Second"]);
  await clock.advance(15 * MINUTE);
  await done;
  expect(names()).toEqual([]);
});

it("leaves nothing in the cache that other processes share", async () => {
  const directory = await mkdtemp(join(tmpdir(), "agent-roles-task-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const keys = { AWS_ACCESS_KEY_ID: "AKIAMASTEREXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
  const { roles } = subject({ env: { ...env, ...keys, AGENT_ROLES_CACHE_DIR: directory }, cache: true });
  await roles.task(task).credentials("First")();
  expect(await readdir(directory)).toEqual([]);
  await roles.credentials("First")();
  expect(await readdir(directory)).toHaveLength(1);
});

it("ends for a profile whose role is removed or changed", async () => {
  const { roles } = subject();
  const provider = roles.task(task).credentials("First");
  roles.update({ ...env, AWS_ROLE_1: "arn:aws:iam::123456789012:role/Another:First" });
  await expect(provider()).rejects.toThrow("the definition of First has changed");
});

it.each<readonly [Partial<TaskOptions>, string, RegExp]>([
  [{ id: "" }, "InvalidRequest", /id "" is not valid/],
  [{ id: "a" }, "InvalidRequest", /id "a" is not valid/],
  [{ id: "INC 42" }, "InvalidRequest", /id "INC 42"/],
  [{ id: "x".repeat(65) }, "InvalidRequest", /is not valid/],
  [{ id: "a\nb" }, "InvalidRequest", /is not valid/],
  [{ onBehalfOf: "Alice Smith" }, "InvalidRequest", /onBehalfOf "Alice Smith"/],
  [{ onBehalfOf: "" }, "InvalidRequest", /onBehalfOf ""/],
  [{ onBehalfOf: "aws:alice" }, "InvalidRequest", /onBehalfOf "aws:alice"/],
  [{ onBehalfOf: "алиса" }, "InvalidRequest", /is not valid/],
  [{ ttlSeconds: 0 }, "InvalidRequest", /ttlSeconds 0/],
  [{ ttlSeconds: 5 }, "InvalidRequest", /ttlSeconds 5/],
  [{ ttlSeconds: 61.5 }, "InvalidRequest", /ttlSeconds 61.5/],
  [{ ttlSeconds: 46_800 }, "InvalidRequest", /ttlSeconds 46800/],
  [{ ttlSeconds: Number.NaN }, "InvalidRequest", /ttlSeconds NaN/],
  [{ profiles: ["first"] }, "UnknownProfile", /profile "first"/],
  [{ profiles: [] }, "UnknownProfile", /no profile/],
])("refuses %j", (options, code, message) => {
  const open = () => subject().roles.task({ ...task, ...options });
  expect(open).toThrow(AgentRolesError);
  expect(open).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
});

it("refuses options without an id, which JavaScript can give", () => {
  expect(() => subject().roles.task(JSON.parse("{}"))).toThrow('id "undefined" is not valid');
});

it("refuses a session policy that would widen the task's access level", () => {
  const policy = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}';
  const { roles } = subject({ env: { ...env, AWS_ROLE_1_SESSION_POLICY: policy } });
  expect(() => roles.task({ ...task, access: "read" })).toThrow("adds to what the access level read allows");
});

it("gives no profile beside those that it was opened for", async () => {
  const opened = subject().roles.task({ ...task, profiles: ["First"] });
  expect(opened.profiles().map(({ profile }) => profile)).toEqual(["First"]);
  expect(() => opened.credentials("Second")).toThrow('the task "INC-42" has no profile "Second"');
});
