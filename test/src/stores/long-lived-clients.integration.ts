import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Running, startAgentRoles } from "../harness/agent-roles.ts";
import { cleanEnv } from "../harness/clean-env.ts";
import { REPOSITORY } from "../harness/repository.ts";
import { retry } from "../harness/retry.ts";
import { assume, createAgent, createTarget } from "../sandbox/world.ts";

const ROTATIONS = 10;
/** They rotate at half-life, every four seconds. */
const SESSION_SECONDS = 8;
const BUILD_MS = 300_000;

/** A program that makes a call every 100 ms until standard input ends, and prints the key and the caller of each. */
interface Client {
  readonly name: string;
  /** Why it cannot be built or run on this machine. */
  readonly missing?: string;
  /** Builds it in a directory of its own. @returns the command. */
  readonly build: () => Promise<readonly string[]>;
}

let directory: string;

async function missing(command: string, ...args: string[]): Promise<{ readonly missing?: string }> {
  const { exitCode } = await execa(command, args, { reject: false });
  return exitCode === 0 ? {} : { missing: `${[command, ...args].join(" ")} does not run` };
}

async function built(language: string, ...commands: readonly (readonly [string, ...string[]])[]): Promise<string> {
  const cwd = join(directory, language);
  await cp(join(REPOSITORY, "test/clients", language), cwd, { recursive: true });
  for (const [command, ...args] of commands) await execa(command, args, { cwd });
  return cwd;
}

const go = await missing("go", "version");
let goBuild: Promise<string> | undefined;
const goClient = async (how: string): Promise<readonly string[]> => {
  goBuild ??= built("go", ["go", "build", "-o", "client", "."]);
  return [join(await goBuild, "client"), how];
};

const CLIENTS: readonly Client[] = [
  {
    name: "AWS CLI",
    ...(await missing("aws", "--version")),
    build: async () => [
      "sh",
      "-c",
      'while aws sts get-caller-identity --query "[UserId, Arn]" --output text; do sleep 0.1; done',
    ],
  },
  {
    name: "boto3",
    ...(await missing("python3", "-c", "import boto3")),
    build: async () => ["python3", join(REPOSITORY, "test/clients/boto3_client.py")],
  },
  {
    name: "JavaScript SDK",
    build: async () => [process.execPath, join(REPOSITORY, "test/dist/stores/long-lived-client.js")],
  },
  { name: "Go SDK v2", ...go, build: () => goClient("sdk") },
  { name: "aws-sdk-go-base (Terraform)", ...go, build: () => goClient("base") },
  {
    name: "Java SDK v2",
    ...(await missing("mvn", "--version")),
    build: async () => {
      const maven = ["mvn", "-q", "-B", "compile", "dependency:copy-dependencies", "-DincludeScope=runtime"] as const;
      const cwd = await built("java", maven);
      return ["java", "-cp", `${cwd}/target/classes:${cwd}/target/dependency/*`, "Client"];
    },
  },
];

let sandbox: Sandbox;
let run: Running;
let assumed = 0;
/** What a reader has: the shared files, and no credentials of the master's. */
let readerEnv: Record<string, string>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-clients-"));
  sandbox = await startSandbox();
  const master = await assume(sandbox.endpoint, sandbox.admin(), await createAgent(sandbox));
  const envFile = join(directory, "roles.env");
  await writeFile(envFile, `AWS_ROLE_1=${await createTarget(sandbox, "FirstRole")}:First\n`);
  sandbox.faults({ sessionLifetimeSeconds: SESSION_SECONDS });
  const { AWS_ACCESS_KEY_ID: _, AWS_SECRET_ACCESS_KEY: __, AWS_SESSION_TOKEN: ___, ...endpoint } = sandbox.env();
  const env = { ...cleanEnv(directory), ...endpoint };
  run = startAgentRoles(["run", "--json", "--env-file", envFile], {
    ...env,
    AWS_ACCESS_KEY_ID: master.accessKeyId,
    AWS_SECRET_ACCESS_KEY: master.secretAccessKey,
    AWS_SESSION_TOKEN: master.sessionToken ?? "",
  });
  run.onLine((line) => {
    if (JSON.parse(line).event === "assumed") assumed += 1;
  });
  readerEnv = { ...env, AWS_PROFILE: "First", AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-east-1", AWS_PAGER: "" };
  await retry(async () => expect(assumed).toBeGreaterThan(0));
});
afterAll(async () => {
  await run?.stop("SIGTERM");
  await sandbox?.close();
  await rm(directory, { recursive: true, force: true });
});

describe.concurrent("a client of a profile of agent-roles run", () => {
  it.for(CLIENTS)(
    "lives across ten rotations without one failed call: $name",
    { timeout: BUILD_MS + 240_000 },
    async ({ missing: reason, build }, { skip, expect: check }) => {
      if (reason) skip(reason);
      const [command = "", ...args] = await build();
      const end = assumed + ROTATIONS;
      const client = execa(command, args, { env: readerEnv, extendEnv: false, reject: false, stdin: "pipe" });
      const ended = client.then(() => "ended");
      while (assumed < end && (await Promise.race([ended, setTimeout(100)])) !== "ended") continue;
      const isAlive = client.exitCode === null;
      client.stdin.end();
      if (command === "sh") client.kill();
      const { stdout, stderr } = await client;
      check({ isAlive, stderr }).toEqual({ isAlive: true, stderr: "" });
      const calls = stdout.split("\n").filter((line) => /^\S+\s\S+$/.test(line));
      for (const call of calls) check(call).toContain(":assumed-role/FirstRole/");
      if (command !== "sh") check(new Set(calls.map((line) => line.split(" ")[0])).size).toBeGreaterThan(3);
    },
  );
});
