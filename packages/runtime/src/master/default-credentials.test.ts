import { existsSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { httpHandler } from "../sts/http-handler.ts";
import { asMaster, defaultCredentials } from "./default-credentials.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-chain-"));
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"])
    vi.stubEnv(name, undefined);
  vi.stubEnv("AWS_EC2_METADATA_DISABLED", "true");
  vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", join(directory, "credentials"));
  vi.stubEnv("AWS_CONFIG_FILE", join(directory, "config"));
  await writeFile(join(directory, "config"), `[default]\ncredential_process = "${join(directory, "program")}"\n`);
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function program(lines: string): Promise<void> {
  await writeFile(join(directory, "program"), `#!/bin/sh\n${lines}\n`);
  await chmod(join(directory, "program"), 0o700);
}

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it.skipIf(process.platform === "win32")(
  "ends a credential_process that hangs, with what it started, and the next try starts another",
  async () => {
    const handler = httpHandler({});
    const pids = join(directory, "pids");
    await program(`sleep 600 &\necho $$ $! > "${pids}.new"\nmv "${pids}.new" "${pids}"\nwait`);
    // On a busy machine the program has not begun when the time is over.
    for (let limitMs = 500; !existsSync(pids); limitMs *= 2) {
      await expect(defaultCredentials(handler, {}, limitMs)()).rejects.toMatchObject({ hop: "master" });
    }
    for (const pid of (await readFile(pids, "utf8")).split(" ").map(Number)) {
      await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 600_000 });
    }
    await program(`echo '{"Version":1,"AccessKeyId":"AKIAEXAMPLE","SecretAccessKey":"s"}'`);
    expect(await defaultCredentials(handler, {})()).toMatchObject({ accessKeyId: "AKIAEXAMPLE" });
  },
);

it.each([
  ["nope", 'the profile "nope" of AWS_PROFILE is not in ~/.aws/config'],
  ["region-only", 'the profile "region-only" of AWS_PROFILE has no credentials'],
])("names an AWS_PROFILE that leads to no credentials: %s", async (profile, message) => {
  await writeFile(join(directory, "config"), "[profile region-only]\nregion = eu-west-1\n");
  vi.stubEnv("AWS_PROFILE", profile);
  await expect(defaultCredentials(httpHandler({}), process.env)()).rejects.toMatchObject({
    code: "MasterCredentialsInvalid",
    message: expect.stringContaining(message),
  });
});

it.each(["null", "{}", '{"accessKeyId":"AKIAEXAMPLE"}'])(
  "reports a provider that gives %s as the master's failure",
  async (json) => {
    await expect(asMaster(async () => JSON.parse(json))()).rejects.toMatchObject({
      code: "MasterCredentialsInvalid",
      hop: "master",
      message: expect.stringMatching(/^the master's credentials: .*the provider gave no keys/),
    });
  },
);
