import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { captureCli } from "../capture-cli.test-helper.ts";

const XMLNS = 'xmlns="https://sts.amazonaws.com/doc/2011-06-15/"';
const SESSION =
  `<AssumeRoleResponse ${XMLNS}><AssumeRoleResult><Credentials>` +
  `<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>hush</SecretAccessKey><SessionToken>hush</SessionToken>` +
  `<Expiration>2026-01-01T01:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
const CALLER =
  `<GetCallerIdentityResponse ${XMLNS}><GetCallerIdentityResult><Arn>arn:aws:sts::123456789012:assumed-role/master/s</Arn>` +
  `<UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;
const DENIED =
  "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not authorized</Message></Error></ErrorResponse>";

let home: string;
let server: Server;
/** Answers of STS, other than those of the role Good. */
let denied: { readonly status: number; readonly body: string };

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-roles-verify-"));
  denied = { status: 403, body: DENIED };
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const isCaller = body.includes("GetCallerIdentity");
      const isAttributed = body.includes("SourceIdentity=") && body.includes("agent-roles%3Atask");
      const isGood = isCaller || body.includes("Good") || (body.includes("Attributed") && isAttributed);
      response.writeHead(isGood ? 200 : denied.status, { "content-type": "text/xml" });
      response.end(isCaller ? CALLER : isGood ? SESSION : denied.body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  vi.stubEnv("AWS_ENDPOINT_URL_STS", `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "hush");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true, force: true });
});

function verify(...args: readonly string[]) {
  return verifyWith({}, ...args);
}

async function verifyWith(env: Readonly<Record<string, string>>, ...args: readonly string[]) {
  const progress: string[] = [];
  const captured = await captureCli(["verify", ...args], {
    env: {
      HOME: home,
      AWS_ROLE_1: "arn:aws:iam::123456789013:role/Good:Good",
      AWS_ROLE_2: "arn:aws:iam::123456789013:role/Bad:Bad",
      AWS_ROLE_2_EXTERNAL_ID: "an-external-id",
      ...env,
    },
    progress: (text) => progress.push(text),
  });
  expect(captured.out + captured.err).not.toContain("hush");
  return { ...captured, progress };
}

it("prints for each refused role the statements that would repair it, and exits with 1", async () => {
  const { code, out, err, progress } = await verify();
  expect(code).toBe(1);
  expect(out).toContain("ok      Good  arn:aws:iam::123456789013:role/Good");
  expect(out).toContain("failed  Bad   AccessDenied: not authorized");
  expect(out).toContain("or whether the role exists. If it does not, deploy it (if");
  expect(out).toContain("add this statement to the trust policy of arn:aws:iam::123456789013:role/Bad:");
  expect(out).toContain('"StringEquals":{"sts:ExternalId":"an-external-id"}');
  expect(out).toContain("add this statement to a policy of arn:aws:sts::123456789012:assumed-role/master/s:");
  expect(err).toBe("1 of 2 profiles failed: Bad");
  expect(progress).toEqual(["1 of 2 roles", ""]);
});

const ATTRIBUTED = "arn:aws:iam::123456789013:role/Attributed:Attributed";

it.each<readonly [Readonly<Record<string, string>>, string]>([
  [{}, "Set AGENT_ROLES_TASK and AGENT_ROLES_ON_BEHALF_OF (exec: --task and --on-behalf-of; library: roles.task):"],
  [{ AGENT_ROLES_TASK: "INC-51" }, "Set AGENT_ROLES_ON_BEHALF_OF (exec: --on-behalf-of; library: roles.task):"],
  [
    { AGENT_ROLES_SESSION_NAME: "s1", AGENT_ROLES_SOURCE_IDENTITY: "alice" },
    "Set AGENT_ROLES_TASK (exec: --task; library: roles.task):",
  ],
])("with %j, names what a role that requires a task lacks, and no statement that would drop it", async (env, fix) => {
  const { code, out } = await verifyWith({ AWS_ROLE_1: ATTRIBUTED, ...env });
  const [attributed = "", bad] = out.split("failed  Bad");
  expect(code).toBe(1);
  expect(attributed).toContain(fix);
  expect(attributed).not.toContain("statement");
  expect(bad).toContain("Where every call must have both, add no statement.");
});

it("passes a role that requires a task, with both", async () => {
  const env = { AGENT_ROLES_TASK: "INC-51", AGENT_ROLES_ON_BEHALF_OF: "alice" };
  const { out } = await verifyWith({ AWS_ROLE_1: ATTRIBUTED, ...env });
  expect(out).toContain("ok      Attributed");
  expect(out).not.toContain("add no statement");
});

it("prints the shape of list, with ok, the hop and the repair", async () => {
  const { out } = await verify("--json");
  expect(JSON.parse(out)).toEqual([
    expect.objectContaining({ profile: "Good", ok: true, status: "fresh" }),
    expect.objectContaining({
      profile: "Bad",
      ok: false,
      status: "failed",
      failure: expect.objectContaining({
        code: "AccessDenied",
        hop: "target",
        repair: [expect.anything(), expect.anything()],
      }),
    }),
  ]);
});

it("attributes refused credentials to the master, and names no statement for them", async () => {
  denied = { status: 403, body: DENIED.replace("AccessDenied", "ExpiredToken") };
  const [, bad] = JSON.parse((await verify("--json")).out);
  expect(bad.failure).toMatchObject({ code: "MasterCredentialsExpired", hop: "master", repair: [] });
});

it("attributes a failure to ask who the master is to the master", async () => {
  vi.stubEnv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1");
  const { out } = await verifyWith({ AWS_MASTER_ROLE_ARN: "arn:aws:iam::123456789012:role/master" });
  expect(out).toContain("failed  Good  Unavailable: the master: ECONNREFUSED");
  expect(out.match(/failed at: the \w+ role/g)).toEqual(Array(2).fill("failed at: the master role"));
});

it("writes JUnit XML to a file beside the text, or prints it", async () => {
  const file = join(home, "verify.xml");
  expect((await verify("--junit", file)).out).toContain("failed  Bad");
  const xml = await readFile(file, "utf8");
  expect(xml).toContain('<testcase name="Good" classname="arn:aws:iam::123456789013:role/Good" time="0"/>');
  expect(xml).toContain('tests="2" failures="1"');
  expect((await verify("--junit")).out).toBe(xml.trimEnd());
  expect(await verify("--junit", join(home, "missing", "verify.xml"))).toMatchObject({
    code: 2,
    err: expect.stringContaining("fix: Use a file in a directory that exists."),
  });
});
