import { execFileSync } from "node:child_process";
import { mkdtemp, open, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readEnvFile } from "./read-env-file.ts";

const hasPipes = process.platform !== "win32";
const ROLE = "arn:aws:iam::123456789012:role/One:One";

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-env-file-"));
  file = join(directory, "roles.env");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it.runIf(hasPipes)("reads a pipe until its writer is done, such as a shell's <(…)", async () => {
  execFileSync("mkfifo", [file]);
  // Longer than what a pipe holds: the writing ends when the reader has opened it and reads.
  const writer = await open(file, "r+");
  const write = async (): Promise<void> => {
    await writer.writeFile(`# ${"x".repeat(300_000)}\nAWS_ROLE_1=${ROLE}\n`);
    await writer.close();
  };
  const writing = write();
  expect(await readEnvFile(file)).toEqual({ AWS_ROLE_1: ROLE });
  await writing;
});

it.runIf(hasPipes)("refuses a pipe that another reader emptied, without waiting for a writer", async () => {
  execFileSync("mkfifo", [file]);
  await expect(readEnvFile(file)).rejects.toMatchObject({
    code: "RolesUnreadable",
    message: expect.stringContaining("is an empty pipe"),
  });
});

it("refuses a directory, and a file that is larger than any environment", async () => {
  await expect(readEnvFile(directory)).rejects.toMatchObject({ code: "RolesUnreadable" });
  await writeFile(file, `AWS_ROLE_1=${ROLE}\n`);
  await truncate(file, 1_900_000_000);
  await expect(readEnvFile(file)).rejects.toMatchObject({
    code: "RolesUnreadable",
    message: expect.stringContaining("is larger than"),
  });
});

it.runIf(process.platform === "linux")("refuses a device that never ends", async () => {
  await expect(readEnvFile("/dev/zero")).rejects.toMatchObject({ code: "RolesUnreadable" });
});
