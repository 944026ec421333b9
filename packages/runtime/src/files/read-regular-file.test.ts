import { execFileSync } from "node:child_process";
import { appendFile, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { readRegularFile } from "./read-regular-file.ts";

let directory: string;
let file: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "regular-file-"));
  file = join(directory, "file");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const LIMIT = 1_000_000;

it("reads a file up to its limit, and an empty one", async () => {
  await writeFile(file, "é".repeat(LIMIT / 2));
  expect(await readRegularFile(file, { limit: LIMIT })).toBe("é".repeat(LIMIT / 2));
  await appendFile(file, "x");
  await expect(readRegularFile(file, { limit: LIMIT })).rejects.toMatchObject({ code: "EFBIG" });
  await writeFile(file, "");
  expect(await readRegularFile(file, { limit: LIMIT })).toBe("");
});

it.runIf(process.platform === "linux")("reads a file whose size says nothing, up to the limit", async () => {
  expect(await readRegularFile("/proc/self/status", { limit: LIMIT })).toContain("Name:");
  await expect(readRegularFile("/proc/self/status", { limit: 10 })).rejects.toMatchObject({ code: "EFBIG" });
});

it.runIf(process.platform !== "win32").each<readonly [string, () => Promise<unknown>, string]>([
  ["a pipe without a writer", async () => execFileSync("mkfifo", [file]), "EFTYPE"],
  ["a symlink to a device without an end", () => symlink("/dev/zero", file), "EFTYPE"],
  ["a directory", () => mkdir(file), "EFTYPE"],
  ["a symlink to itself", () => symlink("file", file), "ELOOP"],
  ["a sparse file of two gigabytes", () => writeFile(file, "").then(() => truncate(file, 2 ** 31)), "EFBIG"],
  ["a socket", () => new Promise<void>((resolve) => void createServer().listen(file, resolve).unref()), "ENXIO"],
])("ends at once at %s", async (_, make, code) => {
  await make();
  await expect(readRegularFile(file, { limit: LIMIT })).rejects.toMatchObject({ code });
});

it.runIf(process.platform !== "win32")("follows a symlink only where it can be one", async () => {
  await writeFile(join(directory, "target"), "text");
  await symlink("target", file);
  expect(await readRegularFile(file, { limit: LIMIT })).toBe("text");
  await expect(readRegularFile(file, { limit: LIMIT, noFollow: true })).rejects.toMatchObject({ code: "ELOOP" });
});
