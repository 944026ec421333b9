import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@agent-roles/runtime";
import { parse } from "yaml";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { captureCli } from "./capture-cli.test-helper.ts";

const ROLES = {
  AWS_ROLE_1: "arn:aws:iam::123456789012:role/MyFirstRole:MyFirstAccount",
  AWS_ROLE_2: "arn:aws:iam::123456789013:role/agent-roles/MySecondRole:MySecondAccount",
  AWS_ROLE_2_REGION: "eu-west-1",
  AWS_ROLE_2_DEFAULT: "true",
  AWS_ROLE_2_ACCESS: "read",
};
const NOW = Date.parse("2026-01-01T00:20:00Z");
let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-roles-cli-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function cli(argv: string[], env: Record<string, string> = {}) {
  const exported: Record<string, string> = {};
  const captured = await captureCli(argv, {
    env: { HOME: home, ...env },
    exportEnv: (variables) => Object.assign(exported, variables),
    clock: { ...systemClock, now: () => NOW },
  });
  return { ...captured, exported };
}

async function file(name: string, text: string): Promise<string> {
  const path = join(home, name);
  await writeFile(path, text);
  return path;
}

const stored = (profile: string, roleArn: string): string =>
  `[${profile}]\n# agent-roles: do not edit; role=${roleArn} issued=2026-01-01T00:00:00.000Z expiration=2026-01-01T01:00:00.000Z\n` +
  "aws_access_key_id = ASIAEXAMPLE\naws_secret_access_key = hush-hush\naws_session_token = hush-too\n";

describe("agent-roles", () => {
  it("explains itself, every command and the exit codes", async () => {
    const { code, out } = await cli(["--help"]);
    expect(code).toBe(0);
    for (const word of [
      "init",
      "schema",
      "list",
      "run",
      "whoami",
      "verify",
      "doctor",
      "env",
      "check",
      "explain",
      "graph",
      "mcp",
      "sandbox",
      "AWS_ROLE_1",
      "Exit codes",
    ])
      expect(out).toContain(word);
  });

  it("prints the version of its package", async () => {
    const { version } = JSON.parse(await readFile(new URL("../package.json", import.meta.url), "utf8"));
    expect(await cli(["--version"])).toMatchObject({ code: 0, out: version });
  });

  it("prints the same help of a command for both ways to ask", async () => {
    const { code, out } = await cli(["help", "list"]);
    expect({ code, out }).toMatchObject(await cli(["list", "--help"]).then((asked) => ({ code: 0, out: asked.out })));
    expect(out).toContain("Usage: agent-roles list");
  });

  it.each([
    [["frob"], "unknown command 'frob'"],
    [["frob", "--help"], "unknown command 'frob'"],
    [["help", "frob"], "unknown command 'frob'"],
    [["chekc", "-h"], "Did you mean check?"],
    [["list", "--frob"], "unknown option '--frob'"],
    [["sandbox", "--port", "70000"], "Use a port from 0 to 65535"],
    [["env", "--format", "xml"], '--format "xml" is not one of dotenv, shell, json, kubernetes, mcp-proxy'],
    [["list", "--env-file", "/does/not/exist"], "/does/not/exist: ENOENT"],
    [["env", "--manifest", "/does/not/exist"], "/does/not/exist"],
    [["list"], "no AWS_ROLE_N is set"],
    [["run"], "no AWS_ROLE_N is set"],
    [["verify"], "no AWS_ROLE_N is set"],
    [["mcp"], "no AWS_ROLE_N is set"],
    [["verify", "--json", "--junit"], "--json and --junit both print"],
    [["whoami", "--profile", "x"], "no AWS_ROLE_N is set"],
  ])("ends %j with 2 and says why", async (argv, why) => {
    const { code, err, out } = await cli(argv);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain(why);
  });

  it("writes out what would steer the terminal", async () => {
    const { err } = await cli(["list", "--env-file", "/does/not\u001b[2J/exist"]);
    expect(err).toContain(String.raw`/does/not\u001b[2J/exist`);
    expect(err).not.toContain("\u001b");
  });

  it("reports every wrong variable at once", async () => {
    const { code, err } = await cli(["list"], { AWS_ROLE_1: "foo", AWS_ROLE_02: "bar" });
    expect(code).toBe(2);
    expect(err).toMatch(/AWS_ROLE_02: .*\nAWS_ROLE_1: /);
    expect(err).not.toMatch(/^\s+at /m);
  });

  it.each([["list"], ["credential-process", "--profile", "MyFirstAccount"]])(
    "names AWS_ROLE, which has no number: %s",
    async (...argv) => {
      const { code, err } = await cli(argv, {
        AWS_ROLE: "arn:aws:iam::123456789012:role/MyFirstRole:MyFirstAccount",
      });
      expect(code).toBe(2);
      expect(err).toMatch(/AWS_ROLE is not of the form AWS_ROLE_N(?:\n {2}|; )fix: Rename it to AWS_ROLE_1\./);
    },
  );
});

describe("agent-roles list", () => {
  it("shows what is declared beside what the credentials file holds", async () => {
    const path = await file("credentials", stored("MyFirstAccount", "arn:aws:iam::123456789012:role/MyFirstRole"));
    const { code, out } = await cli(["list"], { ...ROLES, AWS_SHARED_CREDENTIALS_FILE: path });
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      "PROFILE            ACCOUNT       ROLE                      REGION     ACCESS  STATUS  EXPIRATION",
      "MyFirstAccount     123456789012  MyFirstRole               -          full    fresh   2026-01-01T01:00:00Z (in 40m)",
      "MySecondAccount *  123456789013  agent-roles/MySecondRole  eu-west-1  read    none    -",
    ]);
  });

  it("exits with 1 for --check when a profile has expired, and only then", async () => {
    const arn = "arn:aws:iam::123456789012:role/MyFirstRole";
    const expired = stored("MyFirstAccount", arn).replace("expiration=2026-01-01T01", "expiration=2026-01-01T00");
    for (const [text, code] of [
      [stored("MyFirstAccount", arn), 0],
      [expired, 1],
    ] as const) {
      const env = { ...ROLES, AWS_SHARED_CREDENTIALS_FILE: await file("credentials", text) };
      expect((await cli(["list", "--check"], env)).code).toBe(code);
      expect((await cli(["list"], env)).code).toBe(0);
    }
  });

  it("shows why a profile does not give its role, and exits with 1 for --check", async () => {
    const ours = stored("MyFirstAccount", "arn:aws:iam::123456789012:role/MyFirstRole");
    const other = stored("MyFirstAccount", "arn:aws:iam::123456789019:role/MyFirstRole");
    const expired = ours.replace("expiration=2026-01-01T01", "expiration=2026-01-01T00");
    for (const [text, code, status, failure] of [
      [expired, 1, "expired", "ProfileExpired"],
      [other, 1, "failed", "ProfileNotKept"],
      ["[MyFirstAccount]\naws_access_key_id = AKIAEXAMPLE\n", 1, "failed", "ForeignProfile"],
    ] as const) {
      const env = { ...ROLES, AWS_SHARED_CREDENTIALS_FILE: await file("credentials", text) };
      const { code: exit, out } = await cli(["list", "--check", "--json"], env);
      const [first] = JSON.parse(out);
      expect([exit, first.status, first.failure.code]).toEqual([code, status, failure]);
      expect((await cli(["list"], env)).out).toMatch(new RegExp(`${failure}: .*\\n {2}fix: .`));
    }
  });

  it("has one JSON shape, and no secret in it", async () => {
    const path = await file("credentials", stored("MyFirstAccount", "arn:aws:iam::123456789012:role/MyFirstRole"));
    const { out } = await cli(["list", "--json"], { ...ROLES, AWS_SHARED_CREDENTIALS_FILE: path });
    expect(JSON.parse(out)).toEqual([
      {
        profile: "MyFirstAccount",
        accountId: "123456789012",
        roleArn: "arn:aws:iam::123456789012:role/MyFirstRole",
        region: null,
        environment: null,
        description: null,
        default: false,
        access: "full",
        status: "fresh",
        expiration: "2026-01-01T01:00:00.000Z",
      },
      {
        profile: "MySecondAccount",
        accountId: "123456789013",
        roleArn: "arn:aws:iam::123456789013:role/agent-roles/MySecondRole",
        region: "eu-west-1",
        environment: null,
        description: null,
        default: true,
        access: "read",
        status: "none",
        expiration: null,
      },
    ]);
    expect(out).not.toContain("hush");
  });

  it("does not take another role's credentials for this profile's", async () => {
    const path = await file("credentials", stored("MyFirstAccount", "arn:aws:iam::123456789012:role/Former"));
    const { out } = await cli(["list", "--json"], { ...ROLES, AWS_SHARED_CREDENTIALS_FILE: path });
    expect(JSON.parse(out)[0]).toMatchObject({ status: "failed", expiration: null });
  });

  it("does not take another access level's credentials for this profile's", async () => {
    const path = await file("credentials", stored("MyFirstAccount", "arn:aws:iam::123456789012:role/MyFirstRole"));
    const env = { ...ROLES, AWS_ROLE_1_ACCESS: "view", AWS_SHARED_CREDENTIALS_FILE: path };
    const { out } = await cli(["list", "--json"], env);
    expect(JSON.parse(out)[0]).toMatchObject({ access: "view", status: "none", expiration: null });
  });

  it("takes roles from one place: an env file replaces the environment's, and warns of its gaps", async () => {
    const envFile = await file("roles.env", "AWS_ROLE_2='arn:aws:iam::123456789013:role/x:Only'\n");
    const { out, err } = await cli(["list", "--json", "--env-file", envFile], ROLES);
    expect(JSON.parse(out).map(({ profile }: { profile: string }) => profile)).toEqual(["Only"]);
    expect(err).toContain("warning: AWS_ROLE_1: is missing");
  });
});

it("lets the AWS SDK see what an env file says besides roles", async () => {
  const envFile = await file("roles.env", `AWS_ROLE_1=${ROLES.AWS_ROLE_1}\nAWS_ENDPOINT_URL=http://localhost:1\n`);
  const { exported } = await cli(["list", "--env-file", envFile]);
  expect(exported).toEqual({ AWS_ENDPOINT_URL: "http://localhost:1" });
});

describe("agent-roles env", () => {
  const MANIFEST = `
master: { account: "123456789012", roleName: agent-master, trustedBy: [{ account: "123456789012" }] }
roles:
  - { profile: A, account: "123456789013", roleName: a, externalId: id-42 }
`;
  const VARIABLES = { AWS_ROLE_1: "arn:aws:iam::123456789013:role/agent-roles/a:A", AWS_ROLE_1_EXTERNAL_ID: "id-42" };

  it("prints what list and run read back", async () => {
    const manifest = await file("agent-roles.yaml", MANIFEST);
    const { out } = await cli(["env", "--manifest", manifest]);
    const envFile = await file("agent-roles.env", out);
    expect(JSON.parse((await cli(["list", "--json", "--env-file", envFile])).out)).toMatchObject([{ profile: "A" }]);
  });

  it("prints JSON and Kubernetes, too", async () => {
    const manifest = await file("agent-roles.yaml", MANIFEST);
    expect(JSON.parse((await cli(["env", "--manifest", manifest, "--format", "json"])).out)).toEqual(VARIABLES);
    const { env } = parse((await cli(["env", "--manifest", manifest, "--format", "kubernetes"])).out);
    expect(Object.fromEntries(env.map(({ name, value }: { name: string; value: string }) => [name, value]))).toEqual(
      VARIABLES,
    );
  });

  it("lists every mistake of the manifest by line, and ends with 2", async () => {
    const manifest = await file(
      "agent-roles.yaml",
      MANIFEST.replace("roleName: a,", "roleNmae: a,").replace("id-42", "id 42"),
    );
    const { code, err } = await cli(["env", "--manifest", manifest]);
    expect(code).toBe(2);
    expect(err).toContain("roleNmae");
    expect(err).toContain("externalId");
    expect(err).toMatch(/agent-roles\.yaml:4:\d+: /);
  });
});

describe("agent-roles run", () => {
  it("refuses an unknown mode", async () => {
    const { code, err } = await cli(["run", "--mode", "keys"], ROLES);
    expect(code).toBe(2);
    expect(err).toContain('--mode "keys" is not one of process, credentials-file');
  });

  it("with --once ends with 1 when STS cannot be reached, and names each role, the code and the fix", async () => {
    const ambient = {
      AWS_ENDPOINT_URL: "http://localhost:9",
      AWS_ACCESS_KEY_ID: "AKIAEXAMPLE",
      AWS_SECRET_ACCESS_KEY: "x",
    };
    for (const [name, value] of Object.entries({ ...ambient, AWS_MAX_ATTEMPTS: "1" })) vi.stubEnv(name, value);
    const { code, out, err } = await cli(["run", "--once"], ROLES);
    expect(code).toBe(1);
    expect(out).toMatch(/failed +MyFirstAccount: ECONNREFUSED.*\n +Unavailable: /);
    expect(out).toContain("MySecondAccount");
    expect(err).toBe("2 of 2 profiles failed: MyFirstAccount, MySecondAccount");
  });
});
