import { randomBytes } from "node:crypto";
import { lstat, mkdir, readFile, readlink, realpath, rename, symlink, unlink, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isGone, processMark } from "./process-mark.ts";
import { errorCode } from "./store-failed.ts";

/** A writer holds the lock for milliseconds; one that cannot be asked whether its process lives loses it after this. */
const STALE_MS = 10_000;

/** Longer than a lost lock lasts. */
const PATIENCE_MS = 15_000;

const POLL_MS = 50;

/**
 * Runs `work` while no other agent-roles process edits the file. Makes the file's folder, for the owner alone, when missing.
 * The lock of a killed process is taken over: at once when it ran on this machine, else after ten seconds.
 *
 * @throws an error of code `ELOCKED` when somebody else keeps the lock; the signal's reason when it aborts the waiting.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const target = await realpath(path).catch(() => path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const lock = `${target}.lock`;
  const holder = `${await processMark()} ${randomBytes(6).toString("hex")}`;
  await acquire(lock, holder, signal);
  try {
    return await work();
  } finally {
    // Somebody else's when the machine was suspended and the lock was taken over.
    if ((await holderOf(lock)) === holder) await unlink(lock).catch(() => undefined);
  }
}

async function acquire(lock: string, holder: string, signal: AbortSignal | undefined): Promise<void> {
  for (let left = PATIENCE_MS; !(await create(lock, holder)); left -= POLL_MS) {
    signal?.throwIfAborted();
    const current = await holderOf(lock);
    if (left <= 0) throw Object.assign(new Error(`${lock} is held by ${current}`), { code: "ELOCKED" });
    if ((await isGone(current)) || (await ageMs(lock)) > STALE_MS) await takeAway(lock, current);
    else await setTimeout(POLL_MS);
  }
}

/** A symlink that points nowhere is there together with what it says: no lock without a holder, whenever its maker is killed. */
async function create(lock: string, holder: string): Promise<boolean> {
  try {
    await symlink(holder, lock).catch(async (error: unknown) => {
      // Windows, FAT and some network folders have no symlinks for everybody.
      if (errorCode(error) === "EEXIST") throw error;
      await writeFile(lock, holder, { flag: "wx", mode: 0o600 });
    });
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Empty when nobody holds it. */
async function holderOf(lock: string): Promise<string> {
  return readlink(lock).catch(() => readFile(lock, "utf8").catch(() => ""));
}

/** Only one process can rename a file away; one that finds in its hand a lock that somebody else renewed puts it back. */
async function takeAway(lock: string, holder: string): Promise<void> {
  const stale = `${lock}.${randomBytes(6).toString("hex")}`;
  try {
    await rename(lock, stale);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  const taken = await holderOf(stale);
  if (taken !== holder) await create(lock, taken);
  await unlink(stale).catch(() => undefined);
}

async function ageMs(path: string): Promise<number> {
  return lstat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
}
