import { existsSync } from "node:fs";
import { lutimes, mkdtemp, readdir, readlink, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { withFileLock } from "./shared-file-lock.ts";

let directory: string;
let file: string;
let lock: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "agent-roles-lock-"));
  file = join(directory, "file");
  lock = `${file}.lock`;
});
afterEach(() => rm(directory, { recursive: true, force: true }));

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
  expect(await readdir(directory)).toEqual([]);
});

it("takes over a lock whose holder fell silent, one in at a time also then", async () => {
  await symlink("4711 on another-machine", lock);
  const long = new Date(Date.now() - 11_000);
  await lutimes(lock, long, long);
  expect(await crowd(3)).toBe(1);
  expect(await readdir(directory)).toEqual([]);
});

it("stops waiting when told to, and leaves the other's lock", async () => {
  await symlink("4711 on another-machine", lock);
  const waiting = withFileLock(file, async () => "in", AbortSignal.timeout(20));
  await expect(waiting).rejects.toThrow(/timeout/);
  expect(await readlink(lock)).toBe("4711 on another-machine");
});

it("makes the directory, and lets go when the work fails", async () => {
  const deep = join(directory, "a/b/file");
  await expect(withFileLock(deep, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withFileLock(deep, async () => "yes")).toBe("yes");
});

it.runIf(existsSync("/proc/self"))("fails at once where no directory can be made", async () => {
  await expect(withFileLock("/proc/nope/.aws/file", async () => "in")).rejects.toThrow("ENOENT");
});
