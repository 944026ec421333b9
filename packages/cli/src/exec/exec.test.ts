import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, systemClock } from "@agent-roles/runtime/clock";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { exec, execDirectory } from "./exec.ts";
import type { ExecOptions } from "./exec-options.ts";

let home: string;
let server: Server;
let calls: number;
let lastCall: string;
/** This machine's wall clock. Pauses are real: commands run beside them. */
let now: number;
let moved: AbortController;
const clock: Clock = {
  now: () => now,
  // What waits for a time reads the clock again every minute; shorter pauses are limits of what is under way.
  sleep: (ms, signal) => systemClock.sleep(ms, ms < 60_000 ? signal : AbortSignal.any([signal, moved.signal])),
};

function moveClock(ms: number): void {
  now += ms;
  const before = moved;
  moved = new AbortController();
  before.abort();
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-roles-exec-"));
  now = Date.parse("2026-01-01T00:00:00Z");
  moved = new AbortController();
  calls = 0;
  server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      calls += 1;
      lastCall = body;
      const isBad = body.includes("Bad");
      response.writeHead(isBad ? 403 : 200, { "content-type": "text/xml" }).end(isBad ? REFUSAL : session());
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  vi.stubEnv("AWS_ENDPOINT_URL_STS", `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAMASTEREXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "secret-of-the-master");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true, force: true, maxRetries: 3 });
});

const REFUSAL =
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>AccessDenied</Code>` +
  `<Message>not authorized to perform: sts:AssumeRole</Message></Error></ErrorResponse>`;

function session(): string {
  const expiration = new Date(now + 3_600_000).toISOString();
  return (
    `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>` +
    `<AccessKeyId>ASIA${calls}EXAMPLE</AccessKeyId><SecretAccessKey>hush</SecretAccessKey><SessionToken>token</SessionToken>` +
    `<Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
  );
}

const ROLES = Object.fromEntries(
  ["One", "Two", "Bad"].map((name, index) => [
    `AWS_ROLE_${index + 1}`,
    `arn:aws:iam::123456789013:role/${name}Role:${name}`,
  ]),
);

function start(
  profiles: readonly string[],
  command: readonly [string, ...string[]],
  options: Partial<ExecOptions> & { hasTerminal?: boolean; variables?: Record<string, string> } = {},
) {
  const { hasTerminal = false, variables, ...given } = options;
  const err: string[] = [];
  const signals: ((signal: NodeJS.Signals) => void)[] = [];
  const env = {
    ...ROLES,
    HOME: home,
    PATH: process.env["PATH"],
    AWS_ENDPOINT_URL_STS: process.env["AWS_ENDPOINT_URL_STS"],
    AWS_ACCESS_KEY_ID: "AKIAMASTEREXAMPLE",
    AWS_SECRET_ACCESS_KEY: "secret-of-the-master",
    ...variables,
  };
  const code = exec(
    {
      env,
      exportEnv: () => undefined,
      clock,
      err: (line) => err.push(line),
      onSignal: (listener) => signals.push(listener),
      hasTerminal,
    },
    { profiles, command, ...given },
  );
  return { code, err, env, signal: (name: NodeJS.Signals) => signals.forEach((listener) => listener(name)) };
}

const shell = (script: string): readonly [string, ...string[]] => ["sh", "-c", script];

/** Waits until a command has written the file. */
async function written(name: string): Promise<string> {
  return vi.waitFor(
    async () => {
      const text = await readFile(join(home, name), "utf8");
      if (text === "") throw new Error("empty");
      return text;
    },
    { timeout: 600_000, interval: 20 },
  );
}

/** The sessions in the cache. */
async function cached(): Promise<readonly string[]> {
  return (await readdir(join(home, ".aws/agent-roles/cache"))).filter((name) => name.endsWith(".json"));
}

it("gives a command private files with its profile, and removes them when it ends", async () => {
  const script = `cat "$AWS_CONFIG_FILE" > "$HOME/config"; ls -lR "$AGENT_ROLES_CACHE_DIR" > "$HOME/list"; exit 7`;
  const { code, env, err } = start(["One"], shell(script));
  expect(await code).toBe(7);
  expect(err).toEqual([]);
  expect(await readFile(join(home, "config"), "utf8")).toMatch(
    /^\[profile One\]\n# .*\ncredential_process = cat ".*One\.json"$/m,
  );
  const modes = (await readFile(join(home, "list"), "utf8")).match(/^[d-][rwx-]{9}/gm);
  expect(new Set(modes)).toEqual(new Set(["drwx------", "-rw-------"]));
  expect(await readdir(execDirectory(env))).toEqual([]);
});

it("starts no command when a role cannot be assumed, and prints its fix", async () => {
  const { code, err, env } = start(["One", "Bad"], shell("touch $HOME/started"));
  expect(await code).toBe(1);
  expect(err).toEqual([expect.stringMatching(/^agent-roles: \w+: Bad: .*; fix: /)]);
  expect(await readdir(home)).not.toContain("started");
  expect(await readdir(execDirectory(env)).catch(() => [])).toEqual([]);
});

it("makes no call for a session that is in the cache", async () => {
  await start(["One"], ["true"]).code;
  await start(["One"], ["true"]).code;
  expect(calls).toBe(1);
});

it("assumes the role again with a lower access level", async () => {
  await start(["One"], ["true"]).code;
  await start(["One"], ["true"], { access: "view" }).code;
  expect(calls).toBe(2);
  expect(lastCall).toContain("ViewOnlyAccess");
});

it.each([
  [[], "exec needs --profile"],
  [["one"], 'the profile "one"'],
  [[""], 'the profile ""'],
  [["One", "One"], "--profile One is given twice"],
])("refuses the profiles %j, and names those that exist", async (profiles, message) => {
  await expect(start(profiles, ["true"]).code).rejects.toMatchObject({
    code: "UnknownProfile",
    message: expect.stringContaining(message),
    fix: expect.stringContaining("One, Two, Bad"),
  });
});

it.each([
  ["no-such-command", 127],
  ["./no/such/file", 127],
  ["/", 126],
  ["./plain-file", 126],
])("ends with the code of a shell for the command %j", async (program, exitCode) => {
  const path = join(home, "plain-file");
  await writeFile(path, "x", { mode: 0o600 });
  const { code, err, env } = start(["One"], [program === "./plain-file" ? path : program]);
  expect(await code).toBe(exitCode);
  expect(err).toEqual([expect.stringMatching(/^error: ".*": (command not found|cannot be executed)[^]*fix: /)]);
  expect(await readdir(execDirectory(env))).toEqual([]);
});

it.each([
  ["SIGTERM", 143],
  ["SIGINT", 130],
  ["SIGHUP", 129],
  ["SIGQUIT", 131],
  ...(process.platform === "linux"
    ? ([
        ["SIGUSR1", 138],
        ["SIGUSR2", 140],
      ] as const)
    : []),
] as const)("passes %s on, and ends as the command does", async (name, exitCode) => {
  const { code, signal } = start(["One"], shell("ulimit -c 0; echo up > $HOME/up; while :; do sleep 0.01; done"));
  await written("up");
  signal(name);
  expect(await code).toBe(exitCode);
});

it("leaves the end to a command that handles the signal", async () => {
  const script = `trap 'echo stopping > $HOME/trap; exit 3' TERM; echo up > $HOME/up; while :; do sleep 0.01; done`;
  const { code, signal } = start(["One"], shell(script));
  await written("up");
  signal("SIGTERM");
  expect([await code, await written("trap")]).toEqual([3, "stopping\n"]);
});

it("sends no second SIGINT where a terminal has sent one to the command", async () => {
  const script = `trap 'exit 4' INT; trap 'exit 5' TERM; echo up > $HOME/up; while :; do sleep 0.01; done`;
  const { code, signal } = start(["One"], shell(script), { hasTerminal: true });
  await written("up");
  signal("SIGINT");
  signal("SIGTERM");
  expect(await code).toBe(5);
});

it("ends at once when a signal comes before the command is started, and writes no files then", async () => {
  const { code, signal } = start(["One"], shell("touch $HOME/started"));
  signal("SIGTERM");
  expect(await code).toBe(143);
  // The session that was asked for is in the cache, for the next command.
  await vi.waitFor(async () => expect(await cached()).toHaveLength(1), { timeout: 600_000, interval: 20 });
  expect(await readdir(home)).toEqual([".aws"]);
});

it("removes the private files when a signal comes while they are written", async () => {
  const { code, env, signal } = start(["One"], shell("while :; do sleep 0.01; done"));
  const made = async (): Promise<void> => expect(await readdir(execDirectory(env))).toHaveLength(1);
  await vi.waitFor(made, { timeout: 600_000, interval: 1 });
  signal("SIGTERM");
  expect(await code).toBe(143);
  expect(await readdir(execDirectory(env))).toEqual([]);
});

it("keeps the files fresh while the command runs", async () => {
  const script = `cd "$AGENT_ROLES_CACHE_DIR"; cat profiles/*/One.json > $HOME/first; until ! cmp -s profiles/*/One.json $HOME/first; do sleep 0.05; done`;
  const { code } = start(["One"], shell(script));
  await written("first");
  moveClock(51 * 60_000);
  expect(await code).toBe(0);
  expect(calls).toBeGreaterThan(1);
});

const TASK = { task: "INC-42", onBehalfOf: "alice@example.com", ttlSeconds: 900 } as const;

it("attributes the sessions of a task, in AWS and for the command", async () => {
  const script = `echo "$AGENT_ROLES_TASK $AGENT_ROLES_ON_BEHALF_OF" > $HOME/task`;
  const { code, err, env } = start(["One"], shell(script), TASK);
  expect([await code, err]).toEqual([0, []]);
  expect(await written("task")).toBe("INC-42 alice@example.com\n");
  const sent = Object.fromEntries(new URLSearchParams(lastCall));
  expect(sent).toMatchObject({
    RoleSessionName: "INC-42",
    SourceIdentity: "alice@example.com",
    DurationSeconds: "900",
    "Tags.member.1.Key": "agent-roles:task",
    "Tags.member.2.Value": "alice@example.com",
  });
  expect(await readdir(join(home, ".aws/agent-roles/cache"))).toEqual(["exec"]);
  expect(await readdir(execDirectory(env))).toEqual([]);
});

it("warns that AWS does not record who asked for a task without a person", async () => {
  const { code, err } = start(["One"], ["true"], { task: "INC-42" });
  expect(await code).toBe(0);
  expect(err).toEqual([expect.stringContaining("Add --on-behalf-of PERSON.")]);
});

it("calls STS for every command of a task, and takes the task from the variables as well", async () => {
  const variables = { AGENT_ROLES_TASK: "INC-42", AGENT_ROLES_ON_BEHALF_OF: "alice@example.com" };
  await start(["One"], ["true"]).code;
  await start(["One"], ["true"], { variables }).code;
  await start(["One"], ["true"], { variables }).code;
  expect(calls).toBe(3);
  expect(lastCall).toContain("RoleSessionName=INC-42");
});

it("removes the credentials of a task that ends before its command does", async () => {
  const script = `cd "$AGENT_ROLES_CACHE_DIR"; cat profiles/*/One.json > $HOME/first; while [ -e profiles/*/One.json ]; do sleep 0.02; done; cat "$AWS_CONFIG_FILE" > $HOME/config; exit 6`;
  const { code, err } = start(["One"], shell(script), TASK);
  const { Expiration }: { Expiration: string } = JSON.parse(await written("first"));
  expect(Date.parse(Expiration) - now).toBe(900_000);
  moveClock(900_000);
  expect(await code).toBe(6);
  expect(await readFile(join(home, "config"), "utf8")).not.toContain("[profile");
  expect(err).toEqual(["agent-roles: the task INC-42 has ended; the command has no more credentials"]);
});

it.each([
  [{ onBehalfOf: "alice" }, {}, "--on-behalf-of needs a task"],
  [{ ttlSeconds: 900 }, {}, "--ttl needs a task"],
  [TASK, { AGENT_ROLES_SESSION_NAME: "bot" }, 'AGENT_ROLES_SESSION_NAME is "bot"'],
  [TASK, { AGENT_ROLES_SOURCE_IDENTITY: "bob" }, 'AGENT_ROLES_SOURCE_IDENTITY is "bob"'],
  [{}, { AGENT_ROLES_TASK: "INC 42" }, '"INC 42" is not valid'],
])("refuses the task %j with the variables %j", async (options, variables, message) => {
  await expect(start(["One"], ["true"], { ...options, variables }).code).rejects.toMatchObject({
    code: "InvalidRoleEnv",
    message: expect.stringContaining(message),
  });
  expect(calls).toBe(0);
});
