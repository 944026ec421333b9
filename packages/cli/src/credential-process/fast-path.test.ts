import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentRolesError } from "@agent-roles/runtime";
import { sessionCache } from "@agent-roles/runtime/cache";
import { parseRoleEnv } from "@agent-roles/runtime/role-env";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fastOptions, fastPath } from "./fast-path.ts";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const HOUR = 3_600_000;
const KEYS = { AWS_ACCESS_KEY_ID: "AKIAEXAMPLE", AWS_SECRET_ACCESS_KEY: "secret" };
let directory: string;
let env: Record<string, string>;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-fast-"));
  env = { AGENT_ROLES_CACHE_DIR: directory, ...KEYS, AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:Prod" };
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Lets another process ask STS, `agoMs` before now. */
async function assumed(agoMs: number, failure?: AgentRolesError): Promise<void> {
  const roleEnv = parseRoleEnv(env);
  const [target] = roleEnv.roles;
  if (!target) throw new Error("the fixture declares one role");
  const at = NOW - agoMs;
  const cache = sessionCache({ env, clock: { now: () => at, sleep: async () => undefined } });
  const sts = async () => {
    if (failure) throw failure;
    const keys = { accessKeyId: "ASIAEXAMPLE", secretAccessKey: "hush", sessionToken: "token" };
    return { ...keys, accountId: "123456789013", issuedAt: new Date(at), expiration: new Date(at + HOUR) };
  };
  const request = { ...target, subject: "Prod", caller: "the master", variable: "AWS_ROLE_1" };
  await cache
    .assumeRole(sts, { roleEnv, env })(request)
    .catch(() => undefined);
}

/** As the command line has it. */
function answer(args: readonly string[], inherited: Record<string, string>, now: number) {
  const options = fastOptions(args);
  return options && fastPath(options, inherited, now);
}

const prod = ["--profile", "Prod"];
const hit = { exitCode: 0, out: expect.stringContaining("ASIAEXAMPLE") };

describe("a hit", () => {
  it("is what the protocol says, and nothing else", async () => {
    await assumed(0);
    const found = answer(prod, env, NOW);
    expect(JSON.parse(found?.exitCode === 0 ? found.out : "")).toEqual({
      Version: 1,
      AccessKeyId: "ASIAEXAMPLE",
      SecretAccessKey: "hush",
      SessionToken: "token",
      Expiration: "2026-01-01T13:00:00.000Z",
      AccountId: "123456789013",
    });
  });

  it.each([
    [["--profile=Prod"]],
    [["--profile=Prod", "--access=full"]],
    [["--env-file", "FILE", "--profile", "Prod"]],
    [["--profile", "Prod", "--env-file=FILE"]],
  ])("is found with %j", async (args) => {
    await assumed(0);
    const file = join(directory, "agent-roles.env");
    await writeFile(file, `AWS_ROLE_1='${env["AWS_ROLE_1"]}'\n`);
    const withFile = args.map((arg) => arg.replace("FILE", file));
    const inherited = args.some((arg) => arg.includes("FILE"))
      ? { AGENT_ROLES_CACHE_DIR: directory, ...KEYS, AWS_ROLE_7: "other" }
      : env;
    expect(answer(withFile, inherited, NOW)).toEqual(hit);
  });

  it("is the same for a program that was started with AWS_PROFILE=Prod", async () => {
    await assumed(0);
    expect(answer(prod, { ...env, AWS_PROFILE: "Prod" }, NOW)).toEqual(hit);
    expect(answer(prod, { ...env, AWS_PROFILE: "another-master" }, NOW)).toBeUndefined();
  });
});

it("prints a failure that another reader has just met, on one line", async () => {
  await assumed(1_000, new AgentRolesError("Prod: no\n  more", { code: "AccessDenied", fix: "ask\nsomebody" }));
  expect(answer(prod, env, NOW)).toEqual({
    exitCode: 1,
    err: "agent-roles: AccessDenied: Prod: no; more; fix: ask; somebody",
  });
  expect(answer(prod, env, NOW + HOUR)).toBeUndefined();
});

it.each<readonly [string, string[], Record<string, string>]>([
  ["no profile", [], {}],
  ["help is asked for", ["--help"], {}],
  ["an option is unknown", [...prod, "--frob"], {}],
  ["a value is missing", ["--profile"], {}],
  ["the profile is unknown", ["--profile", "Other"], {}],
  ["the env file is missing", [...prod, "--env-file", "/does/not/exist"], {}],
  ["roles are in a secret", prod, { AGENT_ROLES_SECRET_ID: "agent/roles" }],
  ["the role is another one", prod, { AWS_ROLE_1_EXTERNAL_ID: "id-42" }],
  ["the cached session has another access level", [...prod, "--access", "read"], {}],
  ["the role has another access level", prod, { AWS_ROLE_1_ACCESS: "view" }],
  ["the access level is unknown", [...prod, "--access=write"], {}],
  ["an option of the role is wrong", prod, { AWS_ROLE_1_DURATION_SECONDS: "1" }],
])("leaves it to the command when %s", async (_, args, more) => {
  await assumed(0);
  expect(answer(args, { ...env, ...more }, NOW)).toBeUndefined();
});

it("leaves it to the command when less than sixteen minutes are left", async () => {
  await assumed(45 * 60_000);
  expect(answer(prod, env, NOW)).toBeUndefined();
});

it.runIf(process.platform !== "win32").each<readonly [string, (path: string) => Promise<unknown>]>([
  ["a pipe without a writer", async (path) => execFileSync("mkfifo", [path])],
  ["a device without an end", (path) => symlink("/dev/zero", path)],
  ["a symlink to itself", (path) => symlink(path, path)],
  ["a directory", (path) => mkdir(path)],
  ["a sparse file of two gigabytes", (path) => writeFile(path, "").then(() => truncate(path, 2 ** 31))],
])("leaves %s as env file to the full command, at once", async (_, make) => {
  await assumed(0);
  const path = join(directory, "roles.env");
  await make(path);
  expect(answer([...prod, "--env-file", path], env, NOW)).toBeUndefined();
});
