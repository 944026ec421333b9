import { createServer, type Server } from "node:http";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@agent-roles/runtime";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { captureCli } from "../capture-cli.test-helper.ts";

let home: string;
let server: Server;
let answers: { status: number; body: string }[];
let calls: number;
let now: number;

const session = (expiration: Date) =>
  `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>` +
  `<AccessKeyId>ASIACALL${calls}EXAMPLE</AccessKeyId><SecretAccessKey>hush</SecretAccessKey><SessionToken>token</SessionToken>` +
  `<Expiration>${expiration.toISOString()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;
const refusal = (code: string) =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code>` +
  `<Message>no</Message></Error></ErrorResponse>`;
const HOUR = 3_600_000;
const NOW = Date.parse("2026-01-01T00:00:00Z");

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-roles-process-"));
  answers = [];
  calls = 0;
  server = createServer((request, response) => {
    request.resume().on("end", () => {
      calls += 1;
      const { status, body } = answers.shift() ?? { status: 200, body: session(new Date(now + HOUR)) };
      const headers = { "content-type": "text/xml", "x-amzn-requestid": "1", date: new Date(now).toUTCString() };
      response.writeHead(status, headers).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : "";
  const ambient = {
    AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${port}`,
    AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "x",
    AWS_MAX_ATTEMPTS: "1",
    AWS_PROFILE: "",
  };
  for (const [name, value] of Object.entries(ambient)) vi.stubEnv(name, value);
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true, force: true });
});

interface CliOptions {
  readonly at?: number;
  /** AWS's time; default: the command's. */
  readonly awsAt?: number;
  readonly env?: Record<string, string>;
}

async function cli(argv: string[], { at = NOW, awsAt = at, env = {} }: CliOptions = {}) {
  const exported: Record<string, string | undefined> = {};
  now = awsAt;
  const captured = await captureCli(argv, {
    env: { HOME: home, AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:Prod", ...env },
    exportEnv: (variables) => Object.assign(exported, variables),
    clock: { ...systemClock, now: () => at },
  });
  return { ...captured, exported };
}

const ask = ["credential-process", "--profile", "Prod"];
const keyOf = ({ out }: { out: string }): string => JSON.parse(out).AccessKeyId;

describe("agent-roles credential-process", () => {
  it("asks STS once, and answers from the cache then", async () => {
    expect(keyOf(await cli(ask))).toBe("ASIACALL1EXAMPLE");
    expect(keyOf(await cli(ask))).toBe("ASIACALL1EXAMPLE");
    expect(calls).toBe(1);
  });

  it("asks anew when less than sixteen minutes are left, and gives the old ones when that fails", async () => {
    await cli(ask);
    answers = [{ status: 400, body: refusal("Throttling") }];
    const at = NOW + 46 * 60_000;
    expect(keyOf(await cli(ask, { at }))).toBe("ASIACALL1EXAMPLE");
    expect(calls).toBe(2);
    expect(keyOf(await cli(ask, { at: at + 500 }))).toBe("ASIACALL1EXAMPLE");
    expect(calls).toBe(2);
  });

  it("does not take a session for valid by a clock that is an hour behind", async () => {
    const clocks = { at: NOW - HOUR, awsAt: NOW };
    expect(keyOf(await cli(ask, clocks))).toBe("ASIACALL1EXAMPLE");
    expect(keyOf(await cli(ask, clocks))).toBe("ASIACALL2EXAMPLE");
  });

  it.each([
    ["two hours ahead", 2 * HOUR],
    ["two hours behind", -2 * HOUR],
  ])("gives the expiration as this machine's clock will show it, which is %s", async (_, aheadMs) => {
    const awsAt = NOW;
    const expiration = new Date(awsAt + HOUR);
    answers = [{ status: 200, body: session(expiration) }];
    const { out } = await cli(ask, { at: awsAt + aheadMs, awsAt });
    const seen = Date.parse(JSON.parse(out).Expiration) - aheadMs;
    expect(Math.abs(seen - expiration.getTime())).toBeLessThan(1_000);
  });

  it("prints a denial on one line, ends with 1, and leaves STS alone for a while", async () => {
    answers = [{ status: 403, body: refusal("AccessDenied") }];
    const first = await cli(ask);
    expect(first).toMatchObject({ code: 1, out: "" });
    expect(first.err).toMatch(/^agent-roles: AccessDenied: Prod: .*; fix: .*$/);
    expect(await cli(ask)).toMatchObject({ code: 1, err: first.err });
    expect(calls).toBe(1);
    expect((await cli(ask, { at: NOW + 20_000 })).code).toBe(0);
  });

  it.each([
    [["credential-process"], {}, "--profile"],
    [["credential-process", "--profile", "Other"], {}, "declared profiles: Prod"],
    [ask, { AWS_ROLE_1: "MyRole:Prod" }, "InvalidRoleEnv"],
    [[...ask, "--env-file", "/does/not/exist"], {}, "/does/not/exist"],
  ])("ends %j with 2 for wrong usage or configuration", async (argv, env, why) => {
    const { code, out, err } = await cli(argv, { env });
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(why);
  });

  it("does not take the profile it serves for the master's", async () => {
    const { code, exported } = await cli(ask, { env: { AWS_PROFILE: "Prod" } });
    expect(code).toBe(0);
    expect(exported).toMatchObject({ AWS_PROFILE: undefined, AGENT_ROLES_CREDENTIAL_PROCESS: "Prod" });
  });

  it("does not run in a circle when the master's credentials come from itself", async () => {
    const { code, err } = await cli(ask, { env: { AGENT_ROLES_CREDENTIAL_PROCESS: "Other,Prod" } });
    expect(code).toBe(1);
    expect(err).toContain("the master's credentials come from this profile itself");
  });

  it("warns of a damaged cache file, replaces it, and answers", async () => {
    await cli(ask);
    const cache = join(home, ".aws/agent-roles/cache");
    for (const file of await readdir(cache)) await writeFile(join(cache, file), "{");
    const { out, err } = await cli(ask);
    expect(keyOf({ out })).toBe("ASIACALL2EXAMPLE");
    expect(err.split("\n")).toEqual([expect.stringMatching(/^agent-roles: warning: .*is not what agent-roles writes/)]);
  });
});

describe("agent-roles list", () => {
  it("shows what the cache holds", async () => {
    await cli(ask);
    const listed = JSON.parse((await cli(["list", "--json"])).out);
    expect(listed).toMatchObject([{ profile: "Prod", status: "fresh" }]);
    const later = JSON.parse((await cli(["list", "--json"], { at: NOW + 2 * HOUR })).out);
    expect(later).toMatchObject([{ profile: "Prod", status: "expired" }]);
  });

  it("shows a failure that another process met, with its fix", async () => {
    answers = [{ status: 403, body: refusal("AccessDenied") }];
    await cli(ask);
    const [listed] = JSON.parse((await cli(["list", "--json"])).out);
    expect(listed).toMatchObject({ status: "failed", expiration: null, failure: { code: "AccessDenied" } });
    expect(listed.failure.fix).toContain("trust policy");
  });

  it("has the keys of the credentials file come first, as AWS clients have it", async () => {
    await cli(ask);
    const note =
      "role=arn:aws:iam::123456789013:role/MyRole issued=2025-12-31T00:00:00.000Z expiration=2025-12-31T01:00:00.000Z";
    await writeFile(
      join(home, ".aws/credentials"),
      `[Prod]\n# agent-roles: do not edit; ${note}\naws_access_key_id = ASIAEXAMPLE\naws_secret_access_key = hush\naws_session_token = hush\n`,
    );
    expect(JSON.parse((await cli(["list", "--json"])).out)).toMatchObject([
      { status: "expired", expiration: "2025-12-31T01:00:00.000Z" },
    ]);
  });
});
