import { expect, it } from "vitest";
import { type AgentRolesOptions, createAgentRoles } from "../create-agent-roles.ts";
import { fakeClock } from "../fake-clock.test-helper.ts";
import { credentials } from "../fixtures.test-helper.ts";
import type { RoleRequest } from "../session/role-request.ts";
import type { ScopedRequest } from "../sts/get-scoped-credentials.ts";
import type { ScopeOptions } from "./scoped-session.ts";

const allow = (Action: string) => ({ Version: "2012-10-17", Statement: { Effect: "Allow", Action, Resource: "*" } });
const GET = allow("s3:GetObject");

/** A task over an STS that narrows, or does not know GetScopedCredentials. */
function subject({
  isMissing = false,
  variables = {},
}: { isMissing?: boolean; variables?: AgentRolesOptions["env"] } = {}) {
  const clock = fakeClock();
  const assumed: RoleRequest[] = [];
  const scoped: (ScopedRequest & { readonly of: string })[] = [];
  const roles = createAgentRoles({
    env: { AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:First", AWS_ROLE_1_REGION: "eu-west-1", ...variables },
    clock,
    assumeRole: async (request) => {
      const count = assumed.push(request);
      return credentials(`A${count}`, clock.now(), (request.durationSeconds ?? 3_600) * 1_000);
    },
    getScopedCredentials: async ({ accessKeyId }, request) => {
      if (isMissing) return undefined;
      const count = scoped.push({ ...request, of: accessKeyId });
      return credentials(`S${count}`, clock.now(), request.durationSeconds * 1_000);
    },
  });
  return { clock, assumed, scoped, task: roles.task({ id: "INC-42", ttlSeconds: 900 }) };
}

it("narrows the session of the task, to three layers, without a further AssumeRole", async () => {
  const { task, assumed, scoped } = subject();
  const first = await task.scoped("First", { policy: GET, ttlSeconds: 300 });
  const second = await first.scoped({ policy: JSON.stringify(GET) });
  const third = await second.scoped({ policy: GET });
  await third.scoped({ ttlSeconds: 10 });
  await expect(third.scoped({ policy: GET })).rejects.toThrow("at most 3 policies");
  expect(assumed).toHaveLength(1);
  expect(scoped.map(({ of, durationSeconds }) => [of, durationSeconds])).toEqual([
    ["ASIAA1EXAMPLE", 300],
    ["ASIAS1EXAMPLE", 295],
    ["ASIAS2EXAMPLE", 290],
    ["ASIAS3EXAMPLE", 10],
  ]);
  expect(first).toMatchObject({ region: "eu-west-1", expiration: new Date("2026-01-01T00:05:00Z") });
});

it("assumes the role with the intersection where STS does not have GetScopedCredentials", async () => {
  const { task, assumed } = subject({ isMissing: true });
  const first = await task.scoped("First", { policy: allow("s3:*"), ttlSeconds: 60 });
  const second = await first.scoped({ policy: allow("s3:Get*") });
  expect(assumed.map(({ sessionPolicy = "{}" }) => JSON.parse(sessionPolicy).Statement)).toEqual([
    undefined,
    [allow("s3:*").Statement],
    [{ Effect: "Allow", Action: ["s3:Get*"], Resource: ["*"] }],
  ]);
  expect(new Set(assumed.map(({ attributes }) => attributes?.roleSessionName))).toEqual(new Set(["INC-42"]));
  expect(second.expiration.getTime()).toBeLessThanOrEqual(first.expiration.getTime());
  expect(await second.credentials()).toMatchObject({ expiration: second.expiration });
});

it("refuses what AssumeRole could only say in a wider way", async () => {
  const { task, assumed } = subject({ isMissing: true, variables: { AWS_ROLE_1_ACCESS: "read" } });
  await expect(task.scoped("First", { policy: GET })).rejects.toMatchObject({ code: "CannotNarrow" });
  expect(assumed).toHaveLength(1);
});

it("ends with its own time, and with the task", async () => {
  const { task, clock } = subject();
  const [short, long] = [await task.scoped("First", { ttlSeconds: 10 }), await task.scoped("First", { policy: GET })];
  await clock.advance(10_000);
  await expect(short.credentials()).rejects.toMatchObject({ code: "TaskEnded", fix: "Narrow the session again." });
  await expect(short.scoped({ ttlSeconds: 1 })).rejects.toMatchObject({ code: "TaskEnded" });
  await long.credentials();
  await task.end();
  await expect(long.credentials()).rejects.toMatchObject({ code: "TaskEnded", fix: "Open a new task." });
});

it.each<readonly [ScopeOptions, string]>([
  [{}, "nothing to narrow"],
  [{ ttlSeconds: 0 }, "ttlSeconds 0"],
  [{ ttlSeconds: 1.5 }, "ttlSeconds 1.5"],
  [{ policy: "s3:GetObject" }, "the policy is not a JSON object"],
  [{ policy: {} }, "the policy has another Version"],
  [{ policy: { ...GET, Statement: [] } }, "the policy has no statement"],
  [{ policy: { ...GET, Statement: { ...GET.Statement, Principal: "*" } } }, "statement 1"],
])("refuses %j", async (options, message) => {
  const { task, scoped } = subject();
  await expect(task.scoped("First", options)).rejects.toMatchObject({
    code: "InvalidRequest",
    message: expect.stringContaining(message),
  });
  expect(scoped).toEqual([]);
});

it("refuses a policy that is longer than STS takes", async () => {
  const asked = subject().task.scoped("First", { policy: allow("a".repeat(2_048)) });
  await expect(asked).rejects.toThrow(/the policy has 21\d\d characters; STS takes 2048/);
});
