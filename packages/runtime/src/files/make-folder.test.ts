import { existsSync } from "node:fs";
import { mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeFolder } from "./make-folder.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agent-roles-folder-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("makes what is missing, for the owner alone, also when many want it at once", async () => {
  const deep = join(folder, "a/b/c");
  await Promise.all(Array.from({ length: 10 }, () => makeFolder(deep)));
  for (const made of ["a", "a/b", "a/b/c"]) {
    expect(((await stat(join(folder, made))).mode & 0o777).toString(8)).toBe("700");
  }
});

it("leaves a folder as it is, and one that a symlink leads to", async () => {
  await symlink(folder, join(folder, "link"));
  await makeFolder(join(folder, "link"));
  await makeFolder(join(folder, "link/x"));
  expect((await stat(join(folder, "x"))).isDirectory()).toBe(true);
});

it.each([
  ["file", "EEXIST"],
  ["file/x", "ENOTDIR"],
  ["link", "EEXIST"],
  ["link/x/y", "EEXIST"],
])("fails for %s, where a file or a symlink to nowhere stands in its way", async (path, code) => {
  await writeFile(join(folder, "file"), "");
  await symlink(join(folder, "nowhere"), join(folder, "link"));
  await expect(makeFolder(join(folder, path))).rejects.toThrow(code);
});

it.runIf(existsSync("/proc/self"))("fails in a folder that is there and can have none", async () => {
  await expect(makeFolder("/proc/nope/.aws")).rejects.toThrow("ENOENT: no such file or directory, mkdir '/proc/nope'");
});
