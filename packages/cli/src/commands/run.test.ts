import { createServer, type Server } from "node:http";
import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { clock } from "../capture-cli.test-helper.ts";
import { runCli } from "../run-cli.ts";

const SESSION =
  `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>` +
  `<AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>hush</SecretAccessKey><SessionToken>token</SessionToken>` +
  `<Expiration>2026-01-01T01:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

/** For a start on a busy machine. */
const WAIT = { timeout: 600_000 };

let home: string;
let server: Server;
let answers: boolean;
let answer: { readonly status: number; readonly body: string };

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "agent-roles-run-"));
  answers = true;
  answer = { status: 200, body: SESSION };
  server = createServer((request, response) => {
    request.resume();
    if (answers) response.writeHead(answer.status, { "content-type": "text/xml" }).end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : "";
  vi.stubEnv("AWS_ENDPOINT_URL_STS", `http://127.0.0.1:${port}`);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "x");
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(home, { recursive: true, force: true, maxRetries: 3 });
});

function start(
  argv: readonly string[],
  onReload?: (listener: () => void) => void,
  env: Record<string, string> = { AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:Prod" },
) {
  const stop = new AbortController();
  const out: string[] = [];
  const err: string[] = [];
  const reload: (() => void)[] = [];
  const code = runCli(argv, {
    env: { HOME: home, ...env },
    exportEnv: () => undefined,
    clock,
    out: (line) => out.push(line),
    err: (line) => err.push(line),
    stdin: async () => "",
    signal: stop.signal,
    onReload: onReload ?? ((listener) => reload.push(listener)),
    color: false,
  });
  return { code, stop, reload, out, err };
}

it.each(["x", "-1", "65536", "9911x", "1.5"])("refuses the port %j", async (port) => {
  const { code, err } = start(["run", `--endpoint=${port}`]);
  expect(await code).toBe(2);
  expect(err.join("\n")).toContain("Use a number from 0 to 65535");
});

it.each([
  ["--metrics=9912", "--metrics needs --endpoint"],
  ["--metrics=localhost:9912", "Use an IP address and a port"],
  ["--metrics=[::]:99999", "a port from 0 to 65535"],
  ["--metrics=1.2.3:9912", "Use an IP address and a port"],
])("refuses %s", async (option, message) => {
  const { code, err } = start(["run", option]);
  expect(await code).toBe(2);
  expect(err.join("\n")).toContain(message);
});

it("refuses --endpoint together with --once", async () => {
  const { code, err } = start(["run", "--endpoint", "--once"]);
  expect(await code).toBe(2);
  expect(err.join("\n")).toContain("cannot be used with");
});

it.each(["", "a b", "x".repeat(513)])("refuses --secret %j, which is no name of a secret", async (name) => {
  const { code, err } = start(["run", "--once", "--secret", name]);
  expect(await code).toBe(2);
  expect(err.join("\n")).toContain("or the secret's ARN");
});

it("prints what readers of the endpoint need, and closes it at the end", async () => {
  const { code, out, stop } = start(["run", "--json", "--endpoint", "0"]);
  const event = await vi.waitFor(() => {
    const found = out.map((line) => JSON.parse(line)).find((each) => each.event === "endpoint");
    expect(found).toBeDefined();
    return found;
  }, WAIT);
  const [{ uri, tokenFile }] = event.profiles;
  const headers = { authorization: await readFile(tokenFile, "utf8") };
  // The endpoint listens before the first role is assumed.
  await vi.waitFor(async () => {
    expect(await (await fetch(uri, { headers })).json()).toMatchObject({ AccessKeyId: "ASIAEXAMPLE" });
  }, WAIT);
  stop.abort();
  expect(await code).toBe(0);
  await expect(fetch(uri, { headers })).rejects.toThrow("fetch failed");
  await expect(readFile(tokenFile)).rejects.toMatchObject({ code: "ENOENT" });
  expect(out.join("\n")).not.toContain(headers.authorization);
});

it("takes a reload while STS has not yet answered for the first time, and stops in order", async () => {
  answers = false;
  const { code, stop, reload } = start(["run"]);
  await vi.waitFor(() => expect(reload).toHaveLength(1), WAIT);
  reload[0]?.();
  stop.abort();
  expect(await code).toBe(0);
});

it("takes a reload before it has read its roles", async () => {
  let isReloaded = false;
  const { code, stop } = start(["run"], (listener) => {
    listener();
    isReloaded = true;
    stop.abort();
  });
  expect(await code).toBe(0);
  expect(isReloaded).toBe(true);
});

it("writes a profile that prints its file, and replaces it with keys and a warning in --mode credentials-file", async () => {
  const process = start(["run", "--once"]);
  expect(await process.code).toBe(0);
  expect(process.err).toEqual([]);
  const file = join(home, ".aws/agent-roles/profiles/Prod.json");
  expect(await readFile(join(home, ".aws/config"), "utf8")).toContain(`credential_process = cat "${file}"\n`);
  expect(JSON.parse(await readFile(file, "utf8"))).toMatchObject({ Version: 1, AccessKeyId: "ASIAEXAMPLE" });
  const keys = start(["run", "--once", "--mode", "credentials-file"]);
  expect(await keys.code).toBe(0);
  expect(keys.err.join("")).toMatch(
    /^warning: most clients read the keys of a credentials file once: .*use --mode process/,
  );
  expect(await readFile(join(home, ".aws/credentials"), "utf8")).toContain("aws_access_key_id = ASIAEXAMPLE");
  await expect(readFile(file)).rejects.toThrow("ENOENT");
});

it.each([
  [["--access", "view"], {}, false],
  [[], { AWS_ROLE_1: "arn:aws:iam::123456789013:role/Another:Prod" }, false],
  [[], {}, true],
])(
  "leaves no session with more access where STS fails after a restart with %j and %j",
  async (argv, variables, isKept) => {
    expect(await start(["run", "--once"]).code).toBe(0);
    answer = {
      status: 403,
      body: "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>",
    };
    const env = { AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:Prod", ...variables };
    await start(["run", "--once", ...argv], undefined, env).code;
    const file = await readFile(join(home, ".aws/agent-roles/profiles/Prod.json"), "utf8").catch(() => "");
    const config = await readFile(join(home, ".aws/config"), "utf8");
    expect([file !== "", config.includes("[profile Prod]")]).toEqual([isKept, isKept]);
  },
);

it("prints a store's failure on standard error beside the JSON of --once", async () => {
  await mkdir(join(home, ".aws/credentials"), { recursive: true });
  const { code, out, err } = start(["run", "--once", "--json"]);
  expect(await code).toBe(1);
  expect(JSON.parse(out.join(""))).toMatchObject([{ profile: "Prod", ok: false }]);
  expect(err.join("\n")).toMatch(/\.aws\/credentials[^\n]*\n\s+StoreFailed: /);
  expect(out.join("") + err.join("")).not.toContain("hush");
});

it.each([
  ["run", "--once"],
  ["run", "--once", "--json"],
])(
  "an error message of STS runs no command of a CI system, controls no terminal and forges no line in %j",
  async (...argv) => {
    const message =
      "User ##vso[task.setvariable variable=A]b&#10;::stop-commands::c&#10;2026-01-01T00:00:00Z  assumed   Prod&#13;&#x9b;2J&#x202e;";
    answer = {
      status: 403,
      body: `<ErrorResponse><Error><Code>AccessDenied</Code><Message>${message}</Message></Error></ErrorResponse>`,
    };
    const { code, out, err } = start(argv);
    expect(await code).toBe(1);
    const lines = [...out, ...err].join("\n");
    expect(lines).toContain("u0023#vso[task");
    expect(lines).not.toMatch(/##\w*\[|^\s*::|^2026-01-01T00:00:00Z  assumed|(?!\n)[\p{Cc}\p{Cf}]/mu);
  },
);

it.runIf(process.platform !== "win32").each(["config", "credentials"])(
  "ends when the %s file is a pipe without a writer",
  async (name) => {
    await mkdir(join(home, ".aws"), { recursive: true });
    execFileSync("mkfifo", [join(home, ".aws", name)]);
    const { code, out, err } = start(["run", "--once"]);
    expect(await code).toBe(1);
    expect([...out, ...err].join("\n")).toContain(`${name} is not a regular file`);
  },
);

it.runIf(process.platform !== "win32")("warns of a directory and a file that other users can write to", async () => {
  await mkdir(join(home, ".aws"));
  await writeFile(join(home, ".aws", "config"), "");
  await chmod(join(home, ".aws", "config"), 0o666);
  if (process.geteuid?.() !== 0) await chmod(join(home, ".aws"), 0o777);
  const { err, code } = start(["run", "--once"]);
  await code;
  expect(err.join("\n")).toMatch(/config: other users can write to it\n {2}fix: Run chmod go-w '/);
});

it("warns of a line that makes boto3 and the AWS CLI refuse the whole file", async () => {
  await mkdir(join(home, ".aws"));
  await writeFile(join(home, ".aws", "config"), "[profile mine]\n<<<<<<< HEAD\n");
  const { err, code } = start(["run", "--once"]);
  expect(await code).toBe(0);
  expect(err.join("\n")).toMatch(/config:2: .+ boto3 and the AWS CLI cannot read the file\n {2}fix: /);
});

/** Every file below the home directory, with its text. */
async function allFiles(): Promise<Map<string, string>> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const files = entries.filter((each) => each.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file, "utf8")] as const)));
}

it("removes with --prune the profiles that are not declared, and all of them without a role", async () => {
  const [one, two] = ["One", "Two"].map((name) => `arn:aws:iam::123456789013:role/${name}:${name}`);
  const config = join(home, ".aws/config");
  const foreign = "[profile mine]\nregion = eu-west-1\n";
  await mkdir(join(home, ".aws"), { mode: 0o700 });
  await writeFile(config, foreign);
  expect(await start(["run", "--once"], undefined, { AWS_ROLE_1: one ?? "", AWS_ROLE_2: two ?? "" }).code).toBe(0);

  const fewer = start(["run", "--once", "--prune"], undefined, { AWS_ROLE_1: two ?? "" });
  expect(await fewer.code).toBe(0);
  expect(fewer.err).toContain("removed One");
  expect(await readdir(join(home, ".aws/agent-roles/profiles"))).toHaveLength(1);
  expect((await readFile(config, "utf8")).match(/^\[.*/gm)).toEqual(["[profile mine]", "[profile Two]"]);

  await writeFile(join(home, "empty.env"), "");
  expect(await start(["run", "--prune", "--env-file", join(home, "empty.env")], undefined, {}).code).toBe(2);
  expect(await start(["run", "--prune"], undefined, { AWS_ROLE2: two ?? "" }).code).toBe(2);
  expect(await readFile(config, "utf8")).toContain("[profile Two]");

  expect(await readdir(join(home, ".aws/agent-roles/cache"))).not.toEqual([]);
  const none = start(["run", "--prune"], undefined, {});
  expect(await none.code).toBe(0);
  expect(none.err).toEqual(["removed Two"]);
  expect(await readdir(join(home, ".aws/agent-roles/cache"))).toEqual([]);
  expect(await readFile(config, "utf8")).toBe(`${foreign}\n`);
});

it("keeps with --prune an undeclared profile that another running process keeps, and says so", async () => {
  const [one, two] = ["One", "Two"].map((name) => `arn:aws:iam::123456789013:role/${name}:${name}`);
  const config = join(home, ".aws/config");
  const running = start(["run"], undefined, { AWS_ROLE_1: one ?? "" });
  await vi.waitFor(async () => expect(await readFile(config, "utf8")).toContain(" keeper="), WAIT);
  const kept = (await readFile(config, "utf8")).replace(/keeper=\S+/, "$&%20another");
  running.stop.abort();
  expect(await running.code).toBe(0);
  await writeFile(config, kept);
  const { code, err } = start(["run", "--once", "--prune"], undefined, { AWS_ROLE_1: two ?? "" });
  expect(await code).toBe(0);
  expect(err).toContain("kept One: a running process keeps it");
  expect((await readFile(config, "utf8")).match(/^\[.*/gm)).toEqual(["[profile One]", "[profile Two]"]);
});

/** The files that hold a session or a section of this role. */
const holders = async (role: string): Promise<string[]> =>
  [...(await allFiles())].flatMap(([file, content]) =>
    content.includes(`-of-${role}`) || content.includes(`[profile ${role}]`) || content.includes(`[${role}]`)
      ? [file]
      : [],
  );

it.each([
  ["an env file", ["--mode", "process", "--endpoint", "0"]],
  ["an env file", ["--mode", "credentials-file"]],
  ["a secret", ["--mode", "process", "--endpoint", "0"]],
  ["a secret", ["--mode", "credentials-file"]],
])("leaves nothing of a role readable that was removed from %s, with %j", async (source, options) => {
  const [one, two] = ["One", "Two"].map((name) => `arn:aws:iam::123456789013:role/${name}:${name}`);
  let secret = JSON.stringify({ AWS_ROLE_1: one, AWS_ROLE_2: two });
  const sessions = createServer((request, response) => {
    void text(request).then((body) => {
      if (request.headers["x-amz-target"]) {
        return response
          .writeHead(200, { "content-type": "application/x-amz-json-1.1" })
          .end(JSON.stringify({ SecretString: secret }));
      }
      const role = new URLSearchParams(body).get("RoleArn")?.split("/").at(-1);
      return response
        .writeHead(200, { "content-type": "text/xml" })
        .end(SESSION.replace("hush", `hush-of-${role}`).replace("token<", `token-of-${role}<`));
    });
  }).listen(0, "127.0.0.1");
  await vi.waitFor(() => expect(sessions.listening).toBe(true), WAIT);
  const address = sessions.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  vi.stubEnv("AWS_ENDPOINT_URL_STS", url);
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", url);
  const envFile = join(home, "roles.env");
  await writeFile(
    envFile,
    source === "a secret" ? "AGENT_ROLES_SECRET_ID=roles\n" : `AWS_ROLE_1=${one}\nAWS_ROLE_2=${two}\n`,
  );
  const keys = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "x", AWS_REGION: "eu-west-1" };
  const { code, stop, reload, out, err } = start(["run", ...options, "--env-file", envFile], undefined, keys);
  await vi.waitFor(async () => {
    // The cache entry, and the profile's file and section or the section with keys.
    expect((await holders("Two")).length).toBeGreaterThanOrEqual(2);
    expect((await holders("One")).length).toBeGreaterThanOrEqual(2);
  }, WAIT);
  secret = JSON.stringify({ AWS_ROLE_1: one });
  if (source !== "a secret") await writeFile(envFile, `AWS_ROLE_1=${one}\n`);
  reload[0]?.();
  await vi.waitFor(async () => expect(await holders("Two")).toEqual([]), WAIT);
  expect((await holders("One")).length).toBeGreaterThanOrEqual(2);
  stop.abort();
  expect(await code).toBe(0);
  expect(await holders("Two")).toEqual([]);
  expect([...out, ...err].join("\n")).not.toMatch(/hush|token-of/);
  sessions.closeAllConnections();
  sessions.close();
});
