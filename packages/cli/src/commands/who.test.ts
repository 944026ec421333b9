import { afterEach, beforeEach, expect, it } from "vitest";
import type { AttributedEvent } from "../who/attribute-events.ts";
import { cli, type TrustFiles, trustFiles } from "./trust-files.test-helper.ts";

let files: TrustFiles;
const before = process.cwd();
beforeEach(async () => {
  files = await trustFiles();
  process.chdir(files.directory);
});
afterEach(async () => {
  process.chdir(before);
  await files.remove();
});

const ROLE = "arn:aws:iam::123456789013:role/agent-roles/MySecondRole";
const MASTER_SESSION = "arn:aws:sts::123456789012:assumed-role/agent-master/agent-roles";
const ENV = { AWS_ROLE_1: `${ROLE}:MySecondAccount` };

/** An event of a session of a role, as CloudTrail records it. */
function later({ name = "INC-42", person = "alice@example.com", issuer = ROLE, keyId = "ASIALATEREXAMPLE" } = {}) {
  return {
    eventID: "e-2",
    eventTime: "2026-11-26T12:00:00Z",
    eventSource: "s3.amazonaws.com",
    eventName: "GetObject",
    userIdentity: {
      type: "AssumedRole",
      arn: `arn:aws:sts::123456789013:assumed-role/MySecondRole/${name}`,
      accessKeyId: keyId,
      sessionContext: { sessionIssuer: { type: "Role", arn: issuer }, sourceIdentity: person },
    },
  };
}

/** The event in which the session begins. */
function assumed({ name = "INC-42", person = "alice@example.com", tags = [] as object[] } = {}) {
  return {
    eventID: "e-1",
    eventTime: "2026-11-26T11:59:00Z",
    eventSource: "sts.amazonaws.com",
    eventName: "AssumeRole",
    userIdentity: { type: "AssumedRole", arn: MASTER_SESSION },
    requestParameters: { roleArn: ROLE, roleSessionName: name, sourceIdentity: person, tags },
    responseElements: {
      credentials: { accessKeyId: "ASIALATEREXAMPLE" },
      assumedRoleUser: { arn: `arn:aws:sts::123456789013:assumed-role/MySecondRole/${name}` },
      sourceIdentity: person,
    },
  };
}

const ALICE = { person: "alice@example.com", task: "INC-42", profile: "MySecondAccount" };

async function who(content: unknown, env: Record<string, string> = ENV) {
  const file = await files.write("events.json", content);
  const { code: exitCode, out, err } = await cli(["who", file, "--json"], "", env);
  const found: AttributedEvent[] = exitCode === 2 ? [] : JSON.parse(out);
  return { exitCode, found, err };
}

it.each<readonly [string, unknown, number]>([
  ["one event", later(), 1],
  ["an event of AssumeRole", assumed(), 1],
  ["an array", [assumed(), later()], 2],
  ["a file of a trail", { Records: [assumed(), later()] }, 2],
  ["the output of lookup-events", { Events: [{ CloudTrailEvent: JSON.stringify(later()) }] }, 1],
  ["one event per line", `${JSON.stringify(assumed())}\n\n${JSON.stringify(later())}\n`, 2],
])("reads %s", async (_, content, count) => {
  const { exitCode, found } = await who(content);
  expect(found).toHaveLength(count);
  expect(found).toEqual(
    found.map(() => expect.objectContaining({ ...ALICE, accountId: "123456789013", roleArn: ROLE })),
  );
  expect(exitCode).toBe(0);
});

it("reads events of CloudTrail from standard input", async () => {
  const { code, out } = await cli(["who", "-"], JSON.stringify(later()), ENV);
  expect(code).toBe(0);
  expect(out).toMatch(/s3:GetObject +MySecondAccount +INC-42 +alice@example.com/);
});

it("adds the caller and the tags of AssumeRole to the later events of a session, in any order", async () => {
  const tags = [{ key: "agent-roles:task", value: "CHG-7" }];
  const { found } = await who([later({ name: "session" }), assumed({ name: "session", tags })]);
  const { caller, task } = found[0] ?? {};
  expect({ caller, task }).toEqual({ caller: MASTER_SESSION, task: "CHG-7" });
});

it("finds the profile by the session's ARN where the event does not name the role", async () => {
  const event = later();
  const { found } = await who({
    ...event,
    userIdentity: { ...event.userIdentity, sessionContext: { sourceIdentity: "bob" } },
  });
  expect(found).toEqual([expect.objectContaining({ ...ALICE, person: "bob", roleArn: null })]);
});

it("takes the profiles from agent-roles.yaml where no role is declared, and names what is missing without", async () => {
  const without = await who(later(), {});
  expect(without.found).toEqual([expect.objectContaining({ ...ALICE, profile: null })]);
  expect(without).toMatchObject({
    exitCode: 0,
    err: expect.stringMatching(
      /^warning: no profile is known: no AWS_ROLE_N is set, and there is no agent-roles\.yaml\n {2}fix: /,
    ),
  });
  const manifest = `master: { account: "123456789012", roleName: M, trustedBy: [{ account: "123456789012" }] }
roles: [{ profile: FromManifest, account: "123456789013", roleName: MySecondRole }]`;
  await files.write("agent-roles.yaml", manifest);
  const { found, err } = await who(later(), {});
  expect({ found, err }).toEqual({ found: [expect.objectContaining({ ...ALICE, profile: "FromManifest" })], err: "" });
});

it.each<readonly [string, unknown, RegExp]>([
  ["no source identity", later({ person: "" }), /^the session has no source identity$/],
  ["no task", later({ name: "agent-roles" }), /^the session has no task \(its name is "agent-roles"\)$/],
  ["neither", later({ name: "botocore-session-1700000000", person: "" }), /no source identity and no task/],
  [
    "another role",
    later({ issuer: "arn:aws:iam::123456789013:role/ops/MySecondRole" }),
    /no AWS_ROLE_N declares the role .*\/ops\//,
  ],
  ["the master", assumed({ person: "", name: "agent-roles" }), /no source identity and no task/],
  [
    "a user",
    { eventName: "X", userIdentity: { type: "IAMUser", arn: "arn:aws:iam::123456789013:user/bob" } },
    /user\/bob is not a role session/,
  ],
  [
    "a service",
    { eventName: "X", userIdentity: { type: "AWSService", invokedBy: "ec2.amazonaws.com" } },
    /^ec2.amazonaws.com is not/,
  ],
  ["no event", { hello: 1 }, /not a CloudTrail event/],
  ["a number", [7], /not a CloudTrail event/],
  ["hostile types", { eventName: ["x"], userIdentity: { __proto__: null, arn: 1 } }, /not a CloudTrail event/],
])("says why an event is not attributed: %s", async (_, content, reason) => {
  const { exitCode, found } = await who(content);
  expect(found).toEqual([expect.objectContaining({ unresolved: expect.stringMatching(reason) })]);
  expect(exitCode).toBe(1);
});

it("ends with 1 when one of many events is not attributed", async () => {
  const file = await files.write("events.json", [later(), later({ person: "" })]);
  const { code, out, err } = await cli(["who", file], "", ENV);
  expect(code).toBe(1);
  expect(out).toContain("the session has no source identity");
  expect(err).toContain("1 of 2 events are not attributed");
});

it.each(["", "{", "not json", '{"eventName":"A"}\nnot json'])("refuses %j", async (text) => {
  const { exitCode, err } = await who(text);
  expect(exitCode).toBe(2);
  expect(err).toContain("is not JSON");
});

it("refuses a file that is not there", async () => {
  expect(await cli(["who", "/none.json"], "", ENV)).toMatchObject({ code: 2 });
});
