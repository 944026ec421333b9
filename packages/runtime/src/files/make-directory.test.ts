import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeDirectory } from "./make-directory.ts";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-directory-"));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

it("makes what is missing, for the owner alone, also when many want it at once", async () => {
  const deep = join(directory, "a/b/c");
  await Promise.all(Array.from({ length: 10 }, () => makeDirectory(deep)));
  for (const made of ["a", "a/b", "a/b/c"]) {
    expect(((await stat(join(directory, made))).mode & 0o777).toString(8)).toBe("700");
  }
});

it("leaves a directory as it is, and one that a symlink leads to", async () => {
  await symlink(directory, join(directory, "link"));
  await makeDirectory(join(directory, "link"));
  await makeDirectory(join(directory, "link/x"));
  expect((await stat(join(directory, "x"))).isDirectory()).toBe(true);
});

it.each([
  ["file", "EEXIST"],
  ["file/x", "ENOTDIR"],
  ["link", "EEXIST"],
  ["link/x/y", "EEXIST"],
])("fails for %s, where a file or a symlink to nowhere stands in its way", async (path, code) => {
  await writeFile(join(directory, "file"), "");
  await symlink(join(directory, "nowhere"), join(directory, "link"));
  await expect(makeDirectory(join(directory, path))).rejects.toThrow(code);
});

it.runIf(existsSync("/proc/self"))("fails in a directory that is there and can have none", async () => {
  await expect(makeDirectory("/proc/nope/.aws")).rejects.toThrow(
    "ENOENT: no such file or directory, mkdir '/proc/nope'",
  );
});
