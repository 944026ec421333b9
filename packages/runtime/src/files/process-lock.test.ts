import { spawn } from "node:child_process";
import { once } from "node:events";
import { lutimes, mkdtemp, readdir, readlink, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { ago } from "../fixtures.test-helper.ts";
import { lockHolder, tryLock } from "./process-lock.ts";
import { processIdentity } from "./process-identity.ts";

let directory: string;
let path: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-lock-"));
  path = join(directory, "lock");
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** The mark of a process of this machine that has ended. */
async function endedMark(): Promise<string> {
  const child = spawn(process.execPath, ["--eval", "0"]);
  await once(child, "exit");
  return `${(await processIdentity()).replace(/^\d+/, String(child.pid))} 0123456789ab`;
}

/** How many of so many get it. */
async function winners(count: number): Promise<number> {
  const locks = await Promise.all(Array.from({ length: count }, () => tryLock(path)));
  const won = locks.filter((lock) => lock !== undefined);
  expect(await readdir(directory)).toEqual(won.length > 0 ? ["lock"] : await readdir(directory));
  for (const lock of won) await lock.release();
  return won.length;
}

it("is had by one at a time, and leaves nothing", async () => {
  expect(await winners(50)).toBe(1);
  expect(await winners(50)).toBe(1);
  expect(await readdir(directory)).toEqual([]);
});

it("is not had while somebody lives who holds it, however long", async () => {
  const first = await tryLock(path);
  expect(await tryLock(path)).toBeUndefined();
  await first?.release();
  expect(await tryLock(path)).toBeDefined();
});

it("passes from a process that has ended to exactly one, at once", async () => {
  const ended = await endedMark();
  for (let round = 0; round < 50; round += 1) {
    await symlink(ended, path);
    expect(await winners(10)).toBe(1);
  }
});

it("passes from a holder that fell silent, and from one that comes from the future", async () => {
  for (const seconds of [11, -3_600]) {
    await symlink("4711 since 5 on another-machine", path);
    await lutimes(path, ago(seconds), ago(seconds));
    expect(await winners(10)).toBe(1);
  }
  await symlink("4711 since 5 on another-machine", path);
  // Ten seconds on either side are near: on a machine that stalls, the time goes by before the next look.
  await lutimes(path, ago(-8), ago(-8));
  expect(await winners(10)).toBe(0);
});

it("passes from a holder that lives here when it was silent for longer than STS ever takes", async () => {
  // oxlint-disable-next-line tests/no-guessing -- This stops the holder's heartbeat, which would set the time again.
  vi.useFakeTimers({ toFake: ["setInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  await tryLock(path);
  await lutimes(path, ago(12), ago(12));
  expect(await tryLock(path)).toBeUndefined();
  await lutimes(path, ago(46), ago(46));
  expect(await winners(10)).toBe(1);
});

it("passes on although an claim was killed half-way", async () => {
  await symlink(await endedMark(), path);
  await symlink(await endedMark(), `${path}.claim`);
  expect(await tryLock(path)).toBeUndefined();
  expect(await tryLock(path)).toBeDefined();
});

it("takes a plain file for a lock, where there are no symlinks", async () => {
  await writeFile(path, "");
  expect(await tryLock(path)).toBeUndefined();
  await utimes(path, ago(11), ago(11));
  expect(await winners(3)).toBe(1);
});

it("is not released by who has lost it", async () => {
  const lost = await tryLock(path);
  await rm(path);
  await symlink("4711 since 5 on another-machine", path);
  await lost?.release();
  expect(await readlink(path)).toBe("4711 since 5 on another-machine");
});

it("names the process that holds a lock", async () => {
  expect(await lockHolder(path)).toBeUndefined();
  await tryLock(path);
  expect(await lockHolder(path)).toMatch(new RegExp(`^${process.pid} since `));
});

it("fails where no lock can be made", async () => {
  await expect(tryLock(join(directory, "missing", "lock"))).rejects.toMatchObject({ code: "ENOENT" });
});
