import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { type Sandbox, startSandbox } from "@agent-roles/sandbox";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { agentRoles } from "../harness/in-process.ts";
import { cleanEnv } from "../harness/clean-env.ts";
import { profileClients } from "../harness/clients.ts";
import { assume, createAgent, createTarget } from "../sandbox/fixture.ts";

const clients = await profileClients();
/** What paths may hold, and what each reader would like to understand by it. */
const ODD = 'it\'s 100% #odd; $HOME \\n "directory"';

let sandbox: Sandbox;
let directory: string;
let env: Record<string, string>;
let envFile: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  directory = await mkdtemp(join(tmpdir(), "agent-roles-modes-"));
  const master = await assume(sandbox.endpoint, sandbox.admin(), await createAgent(sandbox, "secretsmanager:*"));
  const roles = [await createTarget(sandbox, "FirstRole"), await createTarget(sandbox, "SecondRole")];
  await mkdir(join(directory, ODD));
  envFile = join(directory, ODD, "roles.env");
  await writeFile(
    envFile,
    `AWS_ROLE_1=${roles[0]}:First\nAWS_ROLE_2=${roles[1]}:Second\nAWS_ROLE_2_REGION=eu-west-1\n`,
  );
  env = {
    ...cleanEnv(directory),
    ...sandbox.env(),
    AWS_ACCESS_KEY_ID: master.accessKeyId,
    AWS_SECRET_ACCESS_KEY: master.secretAccessKey,
    AWS_SESSION_TOKEN: master.sessionToken ?? "",
  };
  // The JavaScript SDK reads in this process, and what it starts has this process's environment.
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await sandbox?.close();
  if (directory) await rm(directory, { recursive: true, force: true });
});

const runCommand = async (...args: readonly string[]): Promise<void> => {
  const { exitCode, stdout, stderr } = await agentRoles([...args, "--env-file", envFile], env);
  if (exitCode !== 0) throw new Error(stdout + stderr);
};
const aws = (name: string): Promise<string> => readFile(join(directory, ".aws", name), "utf8");

const FORMS = {
  process: ["run", "--once", "--mode", "process"],
  "credentials-file": ["run", "--once", "--mode", "credentials-file"],
  configure: ["configure"],
} as const;

describe.each([
  "process",
  "credentials-file",
  "configure",
  "process",
  "configure",
  "credentials-file",
  "process",
] as const)("%s, after another form", (form) => {
  beforeAll(() => runCommand(...FORMS[form]));

  it.each(clients.filter(({ missing }) => missing === undefined))("lets $name be each role", async ({ arn }) => {
    expect(await arn("First", env)).toContain(":assumed-role/FirstRole/");
    expect(await arn("Second", env)).toContain(":assumed-role/SecondRole/");
  });

  it("leaves no trace of the other forms", async () => {
    const [config, credentials] = [await aws("config"), await aws("credentials").catch(() => "")];
    expect(/credential_process = (cat)?/.exec(config)?.[1]).toBe(form === "process" ? "cat" : undefined);
    expect(config.includes("credential-process")).toBe(form === "configure");
    expect(credentials.includes("aws_access_key_id")).toBe(form === "credentials-file");
    expect(config).toContain("region = eu-west-1");
    const files = await readdir(join(directory, ".aws/agent-roles/profiles"));
    expect(files).toEqual(form === "process" ? ["First.json", "Second.json"] : []);
  });
});

it("configure asks STS for nothing, and each role costs one call, whoever reads", async () => {
  await rm(join(directory, ".aws"), { recursive: true });
  await rm(join(directory, ".cache"), { recursive: true, force: true });
  sandbox.resetCalls();
  await runCommand("configure");
  expect(sandbox.calls()).toEqual([]);
  for (const { arn, missing } of clients) {
    if (missing === undefined) for (const profile of ["First", "Second"]) await arn(profile, env);
  }
  const assumed = sandbox.calls().filter(({ action }) => action === "AssumeRole");
  expect(assumed).toHaveLength(2);
});

it("run --secret keeps the profiles in Secrets Manager, too", async () => {
  await runCommand("run", "--once", "--secret", "agents/alice");
  await runCommand("run", "--once", "--secret", "agents/bob/");
  const secrets = new SecretsManagerClient({
    region: "us-east-1",
    endpoint: sandbox.endpoint,
    credentials: sandbox.admin(),
  });
  const read = async (SecretId: string): Promise<unknown> => {
    const command = new GetSecretValueCommand({ SecretId, VersionStage: "AWSCURRENT" });
    return JSON.parse((await secrets.send(command)).SecretString ?? "");
  };
  expect(await read("agents/alice")).toMatchObject({ First: { Version: 1 }, Second: { Region: "eu-west-1" } });
  expect(await read("agents/bob/First")).toMatchObject({ Version: 1, AccountId: "123456789013" });
  secrets.destroy();
});
