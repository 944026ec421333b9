import { setTimeout } from "node:timers/promises";
import { lockHolder, tryLock } from "../files/process-lock.ts";

/** Longer than it takes to take over a lock whose holder fell silent. */
const PATIENCE_MS = 15_000;

const POLL_MS = 50;

/**
 * Runs `work` while no other agent-roles process edits the file.
 *
 * @throws an error of code `ELOCKED` when somebody else keeps the lock; the signal's reason when it aborts the waiting.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const lock = `${path}.lock`;
  let held = await tryLock(lock);
  for (let left = PATIENCE_MS; !held; left -= POLL_MS) {
    signal?.throwIfAborted();
    if (left <= 0) throw Object.assign(new Error(`${lock} is held by ${await lockHolder(lock)}`), { code: "ELOCKED" });
    await setTimeout(POLL_MS);
    held = await tryLock(lock);
  }
  try {
    return await work();
  } finally {
    await held.release();
  }
}
