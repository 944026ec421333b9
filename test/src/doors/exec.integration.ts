import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { agentRoles } from "../harness/agent-roles.ts";
import { chainClients } from "../harness/default-chain.ts";
import { CLI } from "../harness/repository.ts";
import { type Fixture, openFixture, sessionOf } from "./fixture.ts";

type Env = Readonly<Record<string, string>>;

const clients = await chainClients();

/** Prints its environment, and lives until its input ends. */
const PRINT_ENV =
  "console.log(JSON.stringify({ ...process.env, PID: String(process.pid) })); process.stdin.resume().on('end', () => process.exit())";

let fixture: Fixture;
/** Gives credentials of the master to everyone who asks. */
let careless: Server;
let asked: number;
let ambient: Env;

beforeAll(async () => {
  fixture = await openFixture();
  const agent = await fixture.agent();
  asked = 0;
  careless = createServer((_, response) => {
    asked += 1;
    const keys = { AccessKeyId: agent["AWS_ACCESS_KEY_ID"], SecretAccessKey: agent["AWS_SECRET_ACCESS_KEY"] };
    response.end(JSON.stringify({ ...keys, Token: agent["AWS_SESSION_TOKEN"], Expiration: "2099-01-01T00:00:00Z" }));
  }).listen(0, "127.0.0.1");
  await once(careless, "listening");
  const address = careless.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const home = agent["HOME"] ?? "";
  const keys = `aws_access_key_id = ${agent["AWS_ACCESS_KEY_ID"]}\naws_secret_access_key = ${agent["AWS_SECRET_ACCESS_KEY"]}\naws_session_token = ${agent["AWS_SESSION_TOKEN"]}\n`;
  await mkdir(join(home, ".aws"));
  await writeFile(join(home, ".aws/credentials"), `[default]\n${keys}[master]\n${keys}`, { mode: 0o600 });
  await writeFile(join(home, "token"), "web-identity-token");
  // Every way to the master that AWS clients know.
  ambient = {
    ...agent,
    AWS_ROLE_ARN: "arn:aws:iam::123456789012:role/agents/agent",
    AWS_WEB_IDENTITY_TOKEN_FILE: join(home, "token"),
    AWS_CONTAINER_CREDENTIALS_FULL_URI: url,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: "x",
    AWS_EC2_METADATA_DISABLED: "false",
    AWS_EC2_METADATA_SERVICE_ENDPOINT: url,
    AGENT_ROLES_SESSION_NAME: "somebody",
  };
});
afterAll(async () => {
  careless?.close();
  await fixture?.close();
});

/** Runs `work` with the environment of a command, while the command runs. */
async function inside(args: readonly string[], work: (env: Env) => Promise<void>): Promise<void> {
  const command = execa(process.execPath, ["--", CLI, "exec", ...args, "--", process.execPath, "-e", PRINT_ENV], {
    env: ambient,
    extendEnv: false,
    stdin: "pipe",
  });
  try {
    const [line] = await Promise.race([once(command.stdout, "data"), command.then(() => ["{}"])]);
    await work(JSON.parse(String(line)));
  } finally {
    command.stdin.end();
    await command;
  }
}

/** All files below a directory, as text. */
async function texts(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true, recursive: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return Promise.all(files.map((file) => readFile(file, "utf8")));
}

describe.each(clients)("exec and $name", ({ missing, arn }) => {
  it.skipIf(missing)(`gives it the named profile and no other${missing ? ` (skipped: ${missing})` : ""}`, async () => {
    await inside(["--profile", "First"], async (env) => {
      await Promise.all([
        expect(arn(env)).resolves.toMatch(sessionOf("First")),
        ...["Second", "master", "default"].map((other) =>
          expect(arn({ ...env, AWS_PROFILE: other }), other).rejects.toThrow(/profile|credential/i),
        ),
      ]);
    });
  });

  it.skipIf(missing)(`leaves it nothing else to find${missing ? ` (skipped: ${missing})` : ""}`, async () => {
    await inside(["--profile", "First", "--profile", "Second"], async (env) => {
      expect(env).not.toHaveProperty("AWS_PROFILE");
      await expect(arn(env)).rejects.toThrow(/credential/i);
      expect(asked).toBe(0);
    });
  });
});

it("shows a command nothing of the master or of other profiles, in no variable and no file", async () => {
  await inside(["--profile", "First"], async (env) => {
    const secrets = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].map((name) => ambient[name]);
    const seen = [JSON.stringify(env), ...(await texts(env["AGENT_ROLES_CACHE_DIR"] ?? ""))].join("\n");
    for (const secret of [...secrets, "SecondRole", "somebody", "web-identity-token"])
      expect(seen).not.toContain(secret);
    expect(seen).toContain("FirstRole");
  });
});

/** Runs agent-roles as the command of an exec. */
function nested(...args: string[]): ReturnType<typeof agentRoles> {
  return agentRoles(["exec", "--profile", "First", "--", process.execPath, "--", CLI, ...args], ambient);
}

it("gives agent-roles itself no way to another role", async () => {
  const [receipt, ...others] = await Promise.all([
    nested("whoami", "--profile", "First", "--json"),
    nested("exec", "--profile", "Second", "--", "true"),
    nested("whoami", "--profile", "Second"),
    nested("credential-process", "--profile", "First"),
    nested("whoami"),
  ]);
  expect(JSON.parse(receipt.stdout)).toMatchObject({
    profile: "First",
    arn: expect.stringMatching(sessionOf("First")),
  });
  expect(others.map(({ exitCode, stdout }) => ({ exitCode, stdout }))).toEqual([
    { exitCode: 2, stdout: "" },
    { exitCode: 2, stdout: "" },
    { exitCode: 1, stdout: "" },
    { exitCode: 1, stdout: "" },
  ]);
});

it("attributes a command to its task and person, in AWS and in the receipt", async () => {
  const { AGENT_ROLES_SESSION_NAME: _, ...env } = ambient;
  const task = ["--task", "INC-42", "--on-behalf-of", "alice@example.com", "--access", "read", "--ttl", "15m"];
  const receipt = [process.execPath, "--", CLI, "whoami", "--json", "--profile"];
  const run = (profile: string) => agentRoles(["exec", ...task, "--profile", profile, "--", ...receipt, profile], env);
  const [first, second] = await Promise.all([run("First"), run("Second")]);
  const { expiration, ...rest }: { expiration: string } = JSON.parse(first.stdout);
  expect(rest).toMatchObject({
    arn: expect.stringMatching(/:assumed-role\/FirstRole\/INC-42$/),
    task: "INC-42",
    sourceIdentity: "alice@example.com",
    access: "read",
  });
  expect(Date.parse(expiration) - Date.now()).toBeLessThanOrEqual(900_000);
  expect(second).toMatchObject({ exitCode: 1, stdout: "" });
  expect(second.stderr).toMatch(
    /TagSessionDenied: Second: .*role\/agent-roles\/SecondRole.*below attribution, and deploy/s,
  );
});

it("passes input and output through, byte by byte", async () => {
  const input = randomBytes(300_000);
  const { stdout } = await execa(process.execPath, ["--", CLI, "exec", "--profile", "First", "--", "cat"], {
    env: ambient,
    extendEnv: false,
    input,
    encoding: "buffer",
  });
  expect(Buffer.from(stdout).equals(input)).toBe(true);
});

it("removes what a killed exec left when the next one starts", async () => {
  const args = ["--", CLI, "exec", "--profile", "First", "--", process.execPath, "-e", PRINT_ENV];
  const killed = execa(process.execPath, args, { env: ambient, extendEnv: false, stdin: "pipe", reject: false });
  const [line] = await Promise.race([once(killed.stdout, "data"), killed.then(({ stderr }) => [stderr])]);
  const env: Env = JSON.parse(String(line));
  killed.kill("SIGKILL");
  await killed;
  const directory = env["AGENT_ROLES_CACHE_DIR"] ?? "";
  expect(await readdir(directory)).toContain("config");
  expect(await agentRoles(["exec", "--profile", "First", "--", "true"], ambient)).toMatchObject({ exitCode: 0 });
  await expect(readdir(directory)).rejects.toMatchObject({ code: "ENOENT" });
});

it.each([
  ["no dashes", ["exec", "--profile", "First", "aws", "s3", "ls"], "two dashes are missing"],
  ["no command", ["exec", "--profile", "First", "--"], "no command is given"],
  ["no profile", ["exec", "--", "true"], "Declared profiles: First, Second"],
  ["another profile", ["exec", "--profile", "first", "--", "true"], "Declared profiles: First, Second"],
  ["a profile twice", ["exec", "--profile", "First", "--profile", "First", "--", "true"], "given twice"],
  ["an option of its own", ["exec", "--profile", "First", "--verbose", "--", "true"], "unknown option '--verbose'"],
  ["a task with a blank", ["exec", "--task", "INC 42", "--profile", "First", "--", "true"], "use 2 to 64 of"],
  ["a short task", ["exec", "--task", "INC-42", "--ttl", "5s", "--profile", "First", "--", "true"], "60s to 12h"],
  ["a person without a task", ["exec", "--on-behalf-of", "alice", "--profile", "First", "--", "true"], "Add --task ID"],
  [
    "two session names",
    ["exec", "--task", "INC-42", "--profile", "First", "--", "true"],
    "unset AGENT_ROLES_SESSION_NAME",
  ],
  ["no env file", ["exec", "--profile", "First", "--env-file", "/none", "--", "true"], "/none"],
])("ends with code 2 for %s", async (_, args, message) => {
  const { exitCode, stderr, stdout } = await agentRoles(args, ambient);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
  expect(stderr).toContain(message);
});
