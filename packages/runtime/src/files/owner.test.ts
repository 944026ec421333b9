import { chmod, chown, mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { exposure, isWritableByOthers } from "./owner.ts";

const hasModes = process.platform !== "win32";

let top: string;
let directory: string;
beforeEach(async () => {
  top = await realpath(await mkdtemp(join(tmpdir(), "agent-roles-owner-")));
  directory = join(top, "above", "cache");
});
afterEach(() => rm(top, { recursive: true, force: true }));

it("finds nothing wrong with a missing directory below a private one, nor with a private directory in a sticky one", async () => {
  expect(await exposure(directory)).toBeUndefined();
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await chmod(top, 0o1777);
  expect(await exposure(directory)).toBeUndefined();
});

it.runIf(hasModes).each([
  ["itself", 0o700, 0o770],
  ["above it", 0o777, 0o700],
])("names the directory that others can write to: %s", async (_, above, own) => {
  await mkdir(directory, { recursive: true });
  await chmod(join(top, "above"), above);
  await chmod(directory, own);
  expect(await exposure(directory)).toBe(
    `${own === 0o770 ? directory : join(top, "above")}: other users can write to it`,
  );
});

it.runIf(process.geteuid?.() === 0).each(["above", "above/cache"])(
  "names %s when it belongs to another user",
  async (name) => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await chown(join(top, name), 20_002, 20_002);
    expect(await exposure(directory)).toBe(`${join(top, name)}: it belongs to another user`);
  },
);

it.runIf(hasModes).each([
  ["everybody", { mode: 0o40757, uid: 1000, gid: 1000 }, true],
  ["a group of many", { mode: 0o40775, uid: 1000, gid: 100 }, true],
  ["the user's own group", { mode: 0o40775, uid: 1000, gid: 1000 }, false],
  ["the root group", { mode: 0o40775, uid: 0, gid: 0 }, false],
  ["the owner alone", { mode: 0o40755, uid: 1000, gid: 100 }, false],
])("decides whether other users can write what is writable for %s", (_, info, expected) => {
  expect(isWritableByOthers(info)).toBe(expected);
});
