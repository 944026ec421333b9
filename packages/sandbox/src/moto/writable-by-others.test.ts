import { chmod, chown, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { script } from "./fake-executables.test-helper.ts";
import { writableByOthers } from "./writable-by-others.ts";

let directory: string;
let python: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "writable-"));
  python = await script(join(directory, "venv", "bin", "python3"), "exit 0");
});
afterEach(() => rm(directory, { recursive: true }));

const isRoot = process.getuid?.() === 0;

describe.runIf(process.getuid)("writableByOthers", () => {
  it("accepts a program in directories that only the user and root can write to, below /tmp too", async () => {
    expect(await writableByOthers(python)).toBeUndefined();
    expect(await writableByOthers(process.execPath)).toBeUndefined();
  });

  it.each([
    ["everybody can write", "venv/bin/python3", 0o777],
    ["everybody can write", "venv/bin", 0o777],
    ["everybody can write", "venv", 0o757],
  ])("refuses a program when %s to %s", async (_case, part, mode) => {
    await chmod(join(directory, part), mode);
    expect(await writableByOthers(python)).toBe(`other users can write to ${join(directory, part)}`);
  });

  it("refuses a link to a program that others can replace", async () => {
    await chmod(join(directory, "venv"), 0o777);
    await mkdir(join(directory, "own"));
    await symlink(python, join(directory, "own", "python3"));
    expect(await writableByOthers(join(directory, "own", "python3"))).toContain(join(directory, "venv"));
  });

  it("refuses a link that others can replace", async () => {
    await mkdir(join(directory, "open"));
    await chmod(join(directory, "open"), 0o777);
    await symlink(python, join(directory, "open", "python3"));
    expect(await writableByOthers(join(directory, "open", "python3"))).toContain(join(directory, "open"));
  });

  it("refuses a program of another user, seen by that user's neighbour", async () => {
    expect(await writableByOthers(python, 4_000_000)).toBe(
      isRoot ? undefined : `${python} belongs to another user (uid ${process.getuid?.()})`,
    );
  });

  it.runIf(isRoot)("refuses a group with other members, and accepts the user's private group (root only)", async () => {
    await chmod(join(directory, "venv"), 0o770);
    await chown(join(directory, "venv"), 1234, 5678);
    expect(await writableByOthers(python, 1234)).toBe(`other users can write to ${join(directory, "venv")}`);
    await chown(join(directory, "venv"), 1234, 1234);
    // mkdtemp's own directory belongs to root.
    expect(await writableByOthers(python, 1234)).toBeUndefined();
    await chown(join(directory, "venv"), 4321, 4321);
    expect(await writableByOthers(python, 1234)).toBe(`${join(directory, "venv")} belongs to another user (uid 4321)`);
  });
});
