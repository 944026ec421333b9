import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from "vitest";
import { type Clock, systemClock } from "../clock.ts";
import { processIdentity } from "../files/process-identity.ts";
import { CHECKS } from "./checks.ts";
import { examine } from "./doctor.ts";

const clock: Clock = { ...systemClock, now: () => Date.parse("2026-01-01T00:00:00Z") };
const ARN = "arn:aws:iam::123456789012:role/agent-roles/";
const MANAGED = `# agent-roles: do not edit; role=${ARN}First`;
const KEYS = "aws_access_key_id = AKIAEXAMPLE\naws_secret_access_key = hush-hush\n";

/** What the fake STS answers. */
let answer: { readonly status: number; readonly body: string; readonly aheadMs: number };
let server: Server;
let home: string;

beforeAll(async () => {
  server = createServer((_, response) => {
    response.writeHead(answer.status, {
      "content-type": "text/xml",
      "x-amzn-requestid": "1",
      date: new Date(clock.now() + answer.aheadMs).toUTCString(),
    });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => void server.close());

beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), "agent-roles-doctor-")));
  await mkdir(join(home, ".aws"), { mode: 0o700 });
  answer = { status: 200, body: identity("user/agent", "iam"), aheadMs: 0 };
  // The SDK's default chain and its endpoint are those of the process.
  for (const name of Object.keys(process.env)) if (/^AWS_|PROXY$/i.test(name)) vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "hush-hush");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  vi.stubEnv("AWS_ENDPOINT_URL_STS", `http://127.0.0.1:${port}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

function identity(resource: string, service: string): string {
  const arn = `arn:aws:${service}::123456789012:${resource}`;
  const result = `<GetCallerIdentityResult><Arn>${arn}</Arn><UserId>A</UserId><Account>123456789012</Account></GetCallerIdentityResult>`;
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">${result}</GetCallerIdentityResponse>`;
}

function refusal(code: string): string {
  return `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${code}</Message></Error></ErrorResponse>`;
}

type Env = Record<string, string>;

/** The IDs of the checks that find something, and their messages. */
async function problems(env: Env = {}): Promise<readonly (readonly [string, string])[]> {
  const given = { HOME: home, AWS_ROLE_1: `${ARN}First:First`, AWS_REGION: "us-east-1", ...env };
  const results = await examine({ env: given, clock });
  for (const { ok, fix, message } of results) expect([message, fix !== ""]).toEqual([expect.stringMatching(/./), !ok]);
  return results.flatMap(({ id, ok, message }) => (ok ? [] : [[id, message] as const]));
}

const file = (name: string, text: string, mode = 0o600): Promise<void> =>
  writeFile(join(home, ".aws", name), text, { mode });

it("finds nothing on a machine where all is well, and gives one result a check", async () => {
  await file("config", `[profile First]\n${MANAGED}\ncredential_process = cat "/x"\n`);
  await file("credentials", `[mine]\n${KEYS}`);
  expect(await problems()).toEqual([]);
  const results = await examine({ env: { HOME: home }, clock });
  expect([...new Set(results.map(({ id }) => id))]).toEqual(CHECKS.map(({ id }) => id));
});

/** One planted fault a case: the check that finds it, what is wrong, part of the message. */
const faults: readonly (readonly [id: string, plant: () => Env | Promise<Env>, message: string])[] = [
  ["role-definitions", () => ({ AWS_ROLE_2: "foo" }), "AWS_ROLE_2: "],
  ["role-definitions", () => ({ AWS_ROLE_1: "" }), "no AWS_ROLE_N is set"],
  [
    "role-definitions",
    () => ({ AWS_ROLE_1: "", AWS_ROLE: `${ARN}First:First` }),
    "AWS_ROLE is not of the form AWS_ROLE_N",
  ],
  ["role-number-gap", () => ({ AWS_ROLE_3: `${ARN}Third:Third` }), "AWS_ROLE_2: is missing"],
  ["master-is-a-profile", () => ({ AWS_PROFILE: "First" }), "is the master's own"],
  [
    "master-is-a-profile",
    () => {
      answer = { ...answer, body: identity("assumed-role/First/s", "sts") };
      return { AWS_MASTER_ROLE_ARN: `${ARN}First` };
    },
    "is also AWS_MASTER_ROLE_ARN",
  ],
  [
    "master-is-a-profile",
    async () => {
      await file("config", `[profile master]\nrole_arn = ${ARN}m\nsource_profile = First\n`);
      return { AWS_PROFILE: "master" };
    },
    'gets its credentials from the profile "First"',
  ],
  [
    "unreadable-file",
    async () => {
      await mkdir(join(home, ".aws", "config"));
      return {};
    },
    join(".aws", "config"),
  ],
  [
    "unreadable-file",
    async () => {
      await file("config", `[profile mine]\n[profile mine]\n`);
      return {};
    },
    "config:2: the section is there twice: boto3 and the AWS CLI cannot read the file",
  ],
  [
    "unwritable-directory",
    async () => {
      await file("agent-roles", "");
      return {};
    },
    join(".aws", "agent-roles", "profiles: ENOTDIR"),
  ],
  ["unreadable-file", () => ({ AWS_WEB_IDENTITY_TOKEN_FILE: "/missing" }), "AWS_WEB_IDENTITY_TOKEN_FILE: ENOENT"],
  [
    "shadowing-keys",
    async () => {
      await file("config", `[profile First]\n${MANAGED}\ncredential_process = cat "/x"\n`);
      await file("credentials", `[First]\n${KEYS}`);
      return {};
    },
    `credentials:1: the keys of "First"`,
  ],
  [
    "foreign-profile",
    async () => {
      await file("config", `[profile First]\nrole_arn = ${ARN}Other\n`);
      return {};
    },
    "config:1 has a profile of this name",
  ],
  [
    "profile-keeper",
    async () => {
      const expired = `${MANAGED} issued=2025-12-31T22:00:00Z expiration=2025-12-31T23:00:00Z`;
      await file("credentials", `[First]\n${expired}\n${KEYS}aws_session_token = hush-hush\n`);
      return {};
    },
    "First: its credentials expired at 2025-12-31T23:00:00.000Z",
  ],
  [
    "leftover-profile",
    async () => {
      const keeper = encodeURIComponent((await processIdentity()).replace(/^\d+ since \S+/, "4194305 since 1"));
      const valid = `${MANAGED} issued=2025-12-31T23:50:00Z expiration=2026-01-01T00:50:00Z keeper=${keeper}`;
      await file("credentials", `[Former]\n${valid}\n${KEYS}aws_session_token = hush-hush\n`);
      return {};
    },
    "Former: no AWS_ROLE_N declares this profile",
  ],
  [
    "leftover-profile",
    async () => {
      const once = `${MANAGED} issued=2025-12-31T23:50:00Z expiration=2026-01-01T00:50:00Z`;
      await file("credentials", `[Former]\n${once}\n${KEYS}aws_session_token = hush-hush\n`);
      return {};
    },
    "Former: no AWS_ROLE_N declares this profile",
  ],
  [
    "leftover-profile",
    async () => {
      await file("config", `[profile Former]\n${MANAGED}\ncredential_process = cat /gone\n`);
      return {};
    },
    "Former: no AWS_ROLE_N declares this profile of arn:",
  ],
  [
    "environment-credentials",
    () => ({ AWS_PROFILE: "mine", AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "hush-hush" }),
    "instead of AWS_PROFILE=mine",
  ],
  [
    "environment-credentials",
    async () => {
      await file("token", "x");
      return {
        AWS_PROFILE: "mine",
        AWS_ROLE_ARN: `${ARN}pod`,
        AWS_WEB_IDENTITY_TOKEN_FILE: join(home, ".aws", "token"),
      };
    },
    "AWS_WEB_IDENTITY_TOKEN_FILE in the environment",
  ],
  [
    "default-hides-endpoint",
    async () => {
      await file("credentials", `[default]\n${KEYS}`);
      return { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://127.0.0.1:1/" };
    },
    "instead of the endpoint in AWS_CONTAINER_CREDENTIALS_FULL_URI",
  ],
  ["proxy-or-ca", () => ({ NO_PROXY: "*", https_proxy: "ftp://user:hush-hush@proxy" }), "https_proxy is not the URL"],
  [
    "proxy-or-ca",
    async () => {
      await file("ca.pem", "no certificate");
      return { AWS_CA_BUNDLE: join(home, ".aws", "ca.pem") };
    },
    "the file has no certificate",
  ],
  [
    "stale-lock",
    async () => {
      const ended = (await processIdentity()).replace(/^\d+ since \S+/, "4194305 since 1");
      await symlink(ended, join(home, ".aws", "config.lock"));
      return {};
    },
    "config.lock: it was left by process 4194305",
  ],
  [
    "clock",
    () => {
      answer = { ...answer, aheadMs: 3_600_000 };
      return {};
    },
    "s behind AWS",
  ],
  [
    "master-credentials",
    () => {
      answer = { ...answer, status: 403, body: refusal("ExpiredToken") };
      return {};
    },
    "ExpiredToken",
  ],
  ["aws-reachable", () => ({ AWS_ENDPOINT_URL: "localhost" }), 'AWS_ENDPOINT_URL: "localhost" is not a URL'],
  [
    "aws-reachable",
    () => {
      answer = { ...answer, status: 400, body: refusal("Throttling") };
      return {};
    },
    "Throttling",
  ],
  [
    "chaining-cap",
    () => {
      answer = { ...answer, body: identity("assumed-role/agent/s", "sts") };
      return { AWS_ROLE_1_DURATION_SECONDS: "7200" };
    },
    "AWS_ROLE_1_DURATION_SECONDS is 7200",
  ],
];

it.each(faults)("%s: finds a planted fault", async (id, plant, message) => {
  const found = await problems(await plant());
  expect(found.map(([each]) => each)).toEqual([id]);
  expect(found[0]?.[1]).toContain(message);
  expect(JSON.stringify(found)).not.toContain("hush");
});

it.runIf(process.platform !== "win32")("open-file: finds files and directories that others can write to", async () => {
  await file("config", "");
  await chmod(join(home, ".aws", "config"), 0o666);
  expect(await problems()).toEqual([["open-file", expect.stringContaining("config: other users can write to it")]]);
  await chmod(join(home, ".aws"), 0o777);
  expect((await problems()).map(([, message]) => message)).toContain(
    `sessions are not shared: ${home}/.aws: other users can write to it`,
  );
});

it("leaves a directory that cannot be written alone where the profiles are there", async () => {
  await file("config", `[profile First]\n${MANAGED}\ncredential_process = cat "/x"\n`);
  await file("agent-roles", "");
  expect(await problems()).toEqual([]);
});

it("has a planted fault for every check", () => {
  expect([...new Set([...faults.map(([id]) => id), "open-file"])].toSorted()).toEqual(
    CHECKS.map(({ id }) => id).toSorted(),
  );
});

it.runIf(process.platform !== "win32").each(["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])(
  "reports a pipe as %s, and does not let the SDK wait for it",
  async (variable) => {
    const pipe = join(home, "pipe");
    execFileSync("mkfifo", [pipe]);
    vi.stubEnv(variable, pipe);
    // Without keys in the environment the SDK reads both files; without these two our own reader does, too.
    vi.stubEnv("AWS_REGION", "us-east-1");
    await file("ca.pem", rootCertificates[0] ?? "");
    vi.stubEnv("AWS_CA_BUNDLE", join(home, ".aws", "ca.pem"));
    vi.stubEnv("AWS_ACCESS_KEY_ID", undefined);
    vi.stubEnv("AWS_SECRET_ACCESS_KEY", undefined);
    vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
    const results = await examine({ env: { ...process.env, HOME: home, AWS_ROLE_1: `${ARN}First:First` }, clock });
    const messages = results.map(({ message }) => message).join("\n");
    expect(messages).toContain(`${pipe} is not a regular file`);
    expect(messages).not.toContain("did not answer");
  },
);
