import { spawn } from "node:child_process";
import { once } from "node:events";
import { lutimes, mkdtemp, readdir, readlink, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { processMark } from "../files/process-mark.ts";
import { withFileLock } from "./shared-file-lock.ts";

let folder: string;
let file: string;
let lock: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "agent-roles-lock-"));
  file = join(folder, "file");
  lock = `${file}.lock`;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const long = (seconds: number): Date => new Date(Date.now() - seconds * 1_000);

/** The most that were inside at once. */
async function crowd(size: number): Promise<number> {
  let inside = 0;
  let most = 0;
  await Promise.all(
    Array.from({ length: size }, () =>
      withFileLock(file, async () => {
        inside += 1;
        most = Math.max(most, inside);
        await setImmediate();
        inside -= 1;
      }),
    ),
  );
  return most;
}

it("lets one in at a time, and leaves nothing", async () => {
  expect(await crowd(20)).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

it("takes over the lock of a process that has ended at once, one in at a time also then", async () => {
  const child = spawn(process.execPath, ["--eval", "0"]);
  await once(child, "exit");
  await symlink((await processMark()).replace(/^\d+/, String(child.pid)), lock);
  const started = performance.now();
  expect(await crowd(3)).toBe(1);
  expect(performance.now() - started).toBeLessThan(5_000);
  expect(await readdir(folder)).toEqual([]);
});

it("takes over a lock of another machine after ten seconds, and one that is a plain file", async () => {
  await symlink("4711 on another-machine", lock);
  await lutimes(lock, long(11), long(11));
  expect(await crowd(3)).toBe(1);
  await writeFile(lock, "");
  await utimes(lock, long(11), long(11));
  expect(await crowd(3)).toBe(1);
  expect(await readdir(folder)).toEqual([]);
});

it("stops waiting when told to, and leaves the other's lock", async () => {
  await symlink("4711 on another-machine", lock);
  const waiting = withFileLock(file, async () => "in", AbortSignal.timeout(20));
  await expect(waiting).rejects.toThrow(/timeout/);
  expect(await readlink(lock)).toBe("4711 on another-machine");
});

it("does not take away the lock of whoever took over its own", async () => {
  await withFileLock(file, async () => {
    await rm(lock);
    await symlink("4711 on another-machine", lock);
  });
  expect(await readlink(lock)).toBe("4711 on another-machine");
});

it("lets go when the work fails", async () => {
  await expect(withFileLock(file, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withFileLock(file, async () => "yes")).toBe("yes");
});
