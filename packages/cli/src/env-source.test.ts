import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@agent-roles/runtime/clock";
import { afterEach, beforeEach, expect, it } from "vitest";
import { envSource } from "./env-source.ts";

const ROLE = "AWS_ROLE_1=arn:aws:iam::123456789012:role/MyRole:Prod\n";
let directory: string;
let envFile: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-env-"));
  envFile = join(directory, "agent.env");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** A process's variables, and what a source over them reads. */
function subject(inherited: Record<string, string>) {
  const exported: Record<string, string | undefined> = { ...inherited };
  const context = {
    env: { AGENT_ROLES_CACHE_DIR: directory, ...inherited },
    exportEnv: (variables: Readonly<Record<string, string | undefined>>) => void Object.assign(exported, variables),
    clock: systemClock,
  };
  return { exported, source: envSource(context, envFile) };
}

it("exports what the file says to the SDK on each reading, and takes back what has left it", async () => {
  const { exported, source } = subject({ AWS_PROFILE: "inherited" });
  await writeFile(envFile, `${ROLE}AWS_PROFILE=master\nAWS_ACCESS_KEY_ID=AKIAOLDEXAMPLE\n`);
  await source.read();
  expect(exported).toEqual({ AWS_PROFILE: "master", AWS_ACCESS_KEY_ID: "AKIAOLDEXAMPLE" });
  await writeFile(envFile, `${ROLE}AWS_ACCESS_KEY_ID=AKIANEWEXAMPLE\n`);
  await source.read();
  expect(exported).toEqual({ AWS_PROFILE: "inherited", AWS_ACCESS_KEY_ID: "AKIANEWEXAMPLE" });
  await writeFile(envFile, ROLE);
  const env = await source.read();
  expect(exported).toEqual({ AWS_PROFILE: "inherited", AWS_ACCESS_KEY_ID: undefined });
  expect(env).not.toHaveProperty("AWS_ACCESS_KEY_ID");
});

it("reads a file that begins with a byte order mark", async () => {
  await writeFile(envFile, `\uFEFF${ROLE}`);
  expect(await subject({}).source.read()).toMatchObject({ AWS_ROLE_1: expect.stringContaining("MyRole") });
});

it("hides an AWS_PROFILE that names a declared profile from the SDK, and keeps one that is the master", async () => {
  await writeFile(envFile, ROLE);
  const files = {
    AWS_CONFIG_FILE: join(directory, "config"),
    AWS_SHARED_CREDENTIALS_FILE: join(directory, "credentials"),
  };
  const named = subject({ ...files, AWS_PROFILE: "Prod" });
  expect(await named.source.read()).not.toHaveProperty("AWS_PROFILE");
  expect(named.exported["AWS_PROFILE"]).toBeUndefined();
  await writeFile(files.AWS_CONFIG_FILE, "[profile Prod]\nrole_arn = arn:aws:iam::123456789012:role/Master\n");
  const master = subject({ ...files, AWS_PROFILE: "Prod" });
  expect(await master.source.read()).toMatchObject({ AWS_PROFILE: "Prod" });
  expect(master.exported["AWS_PROFILE"]).toBe("Prod");
});
