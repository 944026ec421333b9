import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fakeClock } from "../fake-clock.test-helper.ts";
import { parseRoleEnv } from "../role-env/index.ts";
import { connectMaster } from "./connect-master.ts";
import type { SessionCache } from "../cache/session-cache.ts";
import { targetRequest } from "../session/role-request.ts";

const ROLE_SESSION = "arn:aws:sts::123456789012:assumed-role/agent-master/i-1";
const USER = "arn:aws:iam::123456789012:user/me";

let server: Server;
/** What STS was asked, and what it answers. */
let asked: URLSearchParams[];
let callerArn: string;
let headers: Record<string, string>;
let refuseIdentity: boolean;
/** To AssumeRole. */
let answer: string;
let answerStatus: number;
/** The access key that STS knows nothing of. */
let unknownKey: string | undefined;

beforeEach(async () => {
  asked = [];
  callerArn = ROLE_SESSION;
  headers = {};
  refuseIdentity = false;
  unknownKey = undefined;
  answer = session;
  answerStatus = 200;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const form = new URLSearchParams(body);
      asked.push(form);
      const identity = form.get("Action") === "GetCallerIdentity";
      if (unknownKey !== undefined && request.headers.authorization?.includes(unknownKey)) {
        response.writeHead(403, { "content-type": "text/xml" }).end(unknown);
        return;
      }
      response.writeHead(identity && refuseIdentity ? 403 : answerStatus, { "content-type": "text/xml", ...headers });
      response.end(identity ? (refuseIdentity ? refused : identityOf(callerArn)) : answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  vi.stubEnv("AWS_ENDPOINT_URL_STS", `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const identityOf = (arn: string): string =>
  `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${arn}</Arn><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const session =
  "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>s</SecretAccessKey>" +
  "<SessionToken>t</SessionToken><Expiration>2026-01-01T01:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";
const refused =
  "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>";

const unknown =
  "<ErrorResponse><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code><Message>no</Message></Error></ErrorResponse>";

const ambient = async () => ({ accessKeyId: "AKIAEXAMPLE", secretAccessKey: "s" });

function subject(durationSeconds: number, env: Record<string, string> = {}) {
  const roleEnv = parseRoleEnv({
    AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:Prod",
    AWS_ROLE_1_DURATION_SECONDS: String(durationSeconds),
    ...env,
  });
  const capped: unknown[] = [];
  const dates: number[] = [];
  const { assumeRole } = connectMaster(roleEnv, {
    env,
    ambient,
    clock: fakeClock(),
    onCapped: ({ subject: profile }, seconds) => capped.push([profile, seconds]),
    onDate: (date) => dates.push(date),
  });
  const request = roleEnv.roles.map(targetRequest)[0];
  if (!request) throw new Error("one role is declared");
  return { assume: () => assumeRole(request), capped, dates };
}

function durations() {
  return asked.map((form) => form.get("DurationSeconds")).filter(Boolean);
}

it("asks for an hour when the master is itself a role session, and reports it once", async () => {
  const { assume, capped } = subject(43_200);
  await assume();
  await assume();
  expect(durations()).toEqual(["3600", "3600"]);
  expect(capped).toEqual([["Prod", 3600]]);
  expect(asked.filter((form) => form.get("Action") === "GetCallerIdentity")).toHaveLength(1);
});

it("takes a new session of the master role once those that were issued before are revoked", async () => {
  callerArn = USER;
  const masterArn = "arn:aws:iam::123456789012:role/agent-master";
  const env = { AWS_MASTER_ROLE_ARN: masterArn, AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:Prod" };
  const roleEnv = parseRoleEnv(env);
  const clock = fakeClock();
  let revokedAt = 0;
  const cache: SessionCache = {
    assumeRole: (assume) => assume,
    read: async () => ({}),
    revokedAt: ({ role }) => (role.arn === masterArn ? revokedAt : 0),
    forget: async () => undefined,
  };
  const { assumeRole } = connectMaster(roleEnv, { env, ambient, clock, cache });
  const hops = async (): Promise<number> => {
    for (const role of roleEnv.roles) await assumeRole(targetRequest(role));
    return asked.filter((form) => form.get("RoleArn") === masterArn).length;
  };
  expect([await hops(), await hops()]).toEqual([1, 1]);
  revokedAt = clock.now() + 1;
  expect(await hops()).toBe(1);
  clock.jump(1);
  expect([await hops(), await hops()]).toEqual([2, 2]);
});

it("asks for the declared duration when the master is a user", async () => {
  callerArn = USER;
  const { assume, capped } = subject(43_200);
  await assume();
  expect(durations()).toEqual(["43200"]);
  expect(capped).toEqual([]);
});

it("does not ask who it is when no role wants more than an hour", async () => {
  const { assume } = subject(3_600);
  await assume();
  expect(asked.map((form) => form.get("Action"))).toEqual(["AssumeRole"]);
});

it("asks for what is declared when STS does not identify it, and asks again next time", async () => {
  refuseIdentity = true;
  const { assume } = subject(43_200);
  await assume();
  refuseIdentity = false;
  await assume();
  expect(durations()).toEqual(["43200", "3600"]);
});

it("learns AWS's time from the answers, from refusals too", async () => {
  // oxlint-disable-next-line tests/no-guessing -- The SDK asks again when AWS's date is far from the system's.
  headers = { date: new Date().toUTCString(), "x-amzn-requestid": "1" };
  refuseIdentity = true;
  const { assume, dates } = subject(43_200);
  await assume();
  const date = Date.parse(headers["date"] ?? "") + 500;
  expect(dates).toEqual([date, date]);
  expect(asked).toHaveLength(2);
});

it("sends all that shapes a session", async () => {
  const { assume } = subject(900, {
    AWS_ROLE_1_EXTERNAL_ID: "partner-7",
    AWS_ROLE_1_SESSION_POLICY_ARNS: "arn:aws:iam::aws:policy/ReadOnlyAccess,arn:aws:iam::123456789013:policy/Narrow",
    AGENT_ROLES_SESSION_NAME: "agent-7",
    AGENT_ROLES_SOURCE_IDENTITY: "alice",
    AGENT_ROLES_SESSION_TAGS: "team=blue,stage=prod",
  });
  await assume();
  expect(Object.fromEntries(asked[0] ?? [])).toMatchObject({
    RoleArn: "arn:aws:iam::123456789013:role/MyRole",
    ExternalId: "partner-7",
    DurationSeconds: "900",
    "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "PolicyArns.member.2.arn": "arn:aws:iam::123456789013:policy/Narrow",
    RoleSessionName: "agent-7",
    SourceIdentity: "alice",
    "Tags.member.1.Key": "team",
    "Tags.member.1.Value": "blue",
    "Tags.member.2.Key": "stage",
    "Tags.member.2.Value": "prod",
  });
});

it("sends the policies of an access level", async () => {
  const { assume } = subject(900, { AWS_ROLE_1_ACCESS: "view" });
  await assume();
  expect(asked[0]?.get("PolicyArns.member.1.arn")).toBe("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess");
  expect(asked[0]?.get("Policy")).toContain('"Effect":"Deny"');
});

it("names sessions always the same when nobody names them, and sends nothing that is not declared", async () => {
  const { assume } = subject(900);
  await assume();
  const parameters = [...(asked[0]?.keys() ?? [])].filter((name) => name !== "Action" && name !== "Version");
  expect(parameters).toEqual(["RoleArn", "RoleSessionName", "DurationSeconds"]);
  expect(asked[0]?.get("RoleSessionName")).toBe("agent-roles");
});

describe("a new login", () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "agent-roles-login-"));
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(directory, "credentials"));
    vi.stubEnv("AWS_CONFIG_FILE", join(directory, "config"));
    for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"])
      vi.stubEnv(name, undefined);
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const logIn = (key: string): Promise<void> =>
    writeFile(join(directory, "credentials"), `[default]\naws_access_key_id = ${key}\naws_secret_access_key = s\n`);

  it("is noticed by the next try after the old credentials were refused", async () => {
    await logIn("AKIAOLDEXAMPLE");
    const roleEnv = parseRoleEnv({ AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:Prod" });
    const { assumeRole } = connectMaster(roleEnv, { env: {}, clock: fakeClock() });
    const request = roleEnv.roles.map(targetRequest)[0];
    if (!request) throw new Error("one role is declared");
    await assumeRole(request);
    unknownKey = "AKIAOLDEXAMPLE";
    await logIn("AKIANEWEXAMPLE");
    await expect(assumeRole(request)).rejects.toMatchObject({ code: "MasterCredentialsInvalid" });
    expect((await assumeRole(request)).accessKeyId).toBe("ASIAEXAMPLE");
  });

  it.each([
    ["credential_process", "credential_process = false", { code: "MasterCredentialsUnavailable", retryable: true }],
    ["credential_process", "credential_process = echo {}", { code: "MasterCredentialsUnavailable", retryable: true }],
    [
      "source_profile",
      "role_arn = arn:aws:iam::123456789012:role/M\nsource_profile = none",
      { code: "MasterCredentialsInvalid" },
    ],
    [
      "credential_source",
      "role_arn = arn:aws:iam::123456789012:role/M\ncredential_source = Environment",
      { code: "MasterCredentialsInvalid" },
    ],
    [
      "sso_session",
      "sso_session = none\nsso_account_id = 123456789012\nsso_role_name = R",
      { code: "MasterCredentialsInvalid" },
    ],
  ])("names the %s of the master's profile that gives nothing: %s", async (setting, lines, expected) => {
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    await writeFile(join(directory, "config"), `[default]\n${lines}\n`);
    const roleEnv = parseRoleEnv({ AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:Prod" });
    const { assumeRole } = connectMaster(roleEnv, { env: { ...process.env }, clock: fakeClock() });
    const request = roleEnv.roles.map(targetRequest)[0];
    if (!request) throw new Error("one role is declared");
    await expect(assumeRole(request)).rejects.toMatchObject({
      ...expected,
      hop: "master",
      message: expect.stringContaining(`${setting} of the profile "default"`),
    });
  });
});

it.each<readonly [string, (text: string) => string]>([
  ["SessionToken", (text) => text.replace(">t<", ">t&#10;[default]&#10;credential_process = evil<")],
  ["SessionToken", (text) => text.replace(">t<", "><")],
  ["SessionToken", (text) => text.replace(">t<", `>${"x".repeat(20_000)}<`)],
  ["secretAccessKey", (text) => text.replace(">s<", ">s s<")],
  ["accessKeyId", (text) => text.replace("ASIAEXAMPLE", "ASIA'EXAMPLE")],
  ["accessKeyId", (text) => text.replace("ASIAEXAMPLE", "ASIA".repeat(40))],
  ["expiration", (text) => text.replace("2026-01-01T01", "2026-01-01T13")],
  ["expiration", (text) => text.replace("2026-01-01T01", "2032-01-01T01")],
  ["SessionToken", (text) => text.replace(">t<", ">t&#13;[default]<")],
  ["SessionToken", (text) => text.replace(">t<", ">t&#9;x<")],
  ["SessionToken", (text) => text.replace(">t<", ">t&#127;<")],
  // Written as one byte a character, this one is a line feed.
  ["SessionToken", (text) => text.replace(">t<", ">t\u010A[default]<")],
  ["SessionToken", (text) => text.replace(">t<", ">t\u0085x\u2028<")],
  ["secretAccessKey", (text) => text.replace(">s<", ">s&#10;aws_session_token = x<")],
  ["secretAccessKey", (text) => text.replace(">s<", `>${"s".repeat(300)}<`)],
  ["secretAccessKey", (text) => text.replace("<SecretAccessKey>s</SecretAccessKey>", "")],
  ["accessKeyId", (text) => text.replace("ASIAEXAMPLE", "ASIAEXAMPLE&#10;x")],
  ["accessKeyId", (text) => text.replace("ASIAEXAMPLE", "")],
  ["expiration", (text) => text.replace(/<Expiration>[^<]*<.Expiration>/, "")],
  ["Credentials", () => "<AssumeRoleResponse><AssumeRoleResult/></AssumeRoleResponse>"],
])("refuses an answer whose %s AWS would not give", async (field, change) => {
  answer = change(session);
  await expect(subject(900).assume()).rejects.toMatchObject({
    code: "InvalidAnswer",
    message: expect.stringMatching(new RegExp(field, "i")),
  });
});

it.each([
  ["a page of HTML", 200, "<html><body>Log in</body></html>"],
  ["a gateway's page", 502, "<html>bad gateway</html>"],
  ["a proxy that wants a password", 407, "Proxy Authentication Required"],
  ["nothing", 404, ""],
  ["JSON", 200, '{"hello":1}'],
])("says of %s that it is not an answer of STS, with the HTTP status", async (_, status, body) => {
  answer = body;
  answerStatus = status;
  const failure = await subject(900)
    .assume()
    .catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: "InvalidAnswer", retryable: true });
});

it("says how to write an endpoint that is not a URL", async () => {
  await expect(subject(900, { AWS_ENDPOINT_URL_STS: "sts.local:4566" }).assume()).rejects.toMatchObject({
    fix: expect.stringContaining("AWS_ENDPOINT_URL"),
  });
});
