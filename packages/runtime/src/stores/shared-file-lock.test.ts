import { execFileSync } from "node:child_process";
import { lutimes, mkdtemp, readdir, readlink, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ago } from "../fixtures.test-helper.ts";
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
  const long = ago(11);
  await lutimes(lock, long, long);
  expect(await crowd(3)).toBe(1);
  expect(await readdir(directory)).toEqual([]);
});

it("stops waiting when the signal aborts, and leaves the other's lock", async () => {
  await symlink("4711 on another-machine", lock);
  const stop = new AbortController();
  const waiting = withFileLock(file, async () => "in", stop.signal);
  await setImmediate();
  stop.abort(new Error("stopped"));
  await expect(waiting).rejects.toThrow("stopped");
  expect(await readlink(lock)).toBe("4711 on another-machine");
});

it("releases the lock when the work fails", async () => {
  await expect(withFileLock(file, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withFileLock(file, async () => "yes")).toBe("yes");
});

it.runIf(process.platform !== "win32")("does not wait for the writer of a pipe at the lock's path", async () => {
  execFileSync("mkfifo", [lock]);
  const stop = AbortSignal.abort(new Error("stopped"));
  await expect(withFileLock(file, async () => "in", stop)).rejects.toThrow("stopped");
});

it("takes over a file at the lock's path that is larger than any lock", async () => {
  await writeFile(lock, "");
  await truncate(lock, 2_000_000_000);
  const long = ago(3_600);
  await utimes(lock, long, long);
  expect(await withFileLock(file, async () => "in")).toBe("in");
});
