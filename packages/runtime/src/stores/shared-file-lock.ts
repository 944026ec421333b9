import { mkdir, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { type HeldLock, lockHolder, tryLock } from "../files/process-lock.ts";

/** A writer holds the lock for milliseconds; this is longer than a lost lock lasts. */
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
  const lock = await acquire(`${target}.lock`, signal);
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

async function acquire(path: string, signal: AbortSignal | undefined): Promise<HeldLock> {
  for (let left = PATIENCE_MS; ; left -= POLL_MS) {
    const lock = await tryLock(path);
    if (lock) return lock;
    signal?.throwIfAborted();
    if (left <= 0) throw Object.assign(new Error(`${path} is held by ${await lockHolder(path)}`), { code: "ELOCKED" });
    await setTimeout(POLL_MS);
  }
}
