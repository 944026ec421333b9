import { randomBytes } from "node:crypto";
import { link, mkdir, open, realpath, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { errorCode } from "./store-failed.ts";

/** A writer holds the lock for milliseconds; the lock of one that was killed is taken over after this. */
const STALE_MS = 10_000;

/** Longer than a killed writer's lock lasts. */
const PATIENCE_MS = 15_000;

const POLL_MS = 50;

/**
 * Runs `work` while no other agent-roles process edits the file. Makes the file's folder, for the owner alone, when missing.
 *
 * @throws an error of code `ELOCKED` when somebody else keeps the lock.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const target = await realpath(path).catch(() => path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const lock = `${target}.lock`;
  await acquire(lock);
  try {
    return await work();
  } finally {
    // Gone already when the machine was suspended and somebody took it over.
    await unlink(lock).catch(() => undefined);
  }
}

async function acquire(lock: string): Promise<void> {
  for (let left = PATIENCE_MS; !(await create(lock)); left -= POLL_MS) {
    if (left <= 0) throw Object.assign(new Error(`${lock} is held by another process`), { code: "ELOCKED" });
    if ((await ageMs(lock)) > STALE_MS) await takeAway(lock);
    else await setTimeout(POLL_MS);
  }
}

async function create(lock: string): Promise<boolean> {
  try {
    await (await open(lock, "wx", 0o600)).close();
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Only one process can rename a file away; one that finds in its hand a lock that somebody else renewed puts it back. */
async function takeAway(lock: string): Promise<void> {
  const stale = `${lock}.${randomBytes(6).toString("hex")}`;
  try {
    await rename(lock, stale);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return;
    throw error;
  }
  if ((await ageMs(stale)) <= STALE_MS) await link(stale, lock).catch(() => undefined);
  await unlink(stale);
}

async function ageMs(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
}
