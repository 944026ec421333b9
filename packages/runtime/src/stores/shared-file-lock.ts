import { mkdir, realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { lock } from "proper-lockfile";

/** A writer holds the lock for milliseconds; the lock of one that was killed is taken over after this. */
const STALE_MS = 10_000;

/** Waits longer than a killed writer's lock lasts. */
const RETRIES = { retries: 150, factor: 1, minTimeout: 100, maxTimeout: 100 };

/** Runs `work` while no other agent-roles process edits the file. Makes the file's folder, for the owner alone, when missing. */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const target = await realpath(path).catch(() => path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const release = await lock(target, {
    realpath: false,
    stale: STALE_MS,
    retries: RETRIES,
    // A lock lost to a suspended machine is no reason to crash: the write is a single rename, and the next rotation heals.
    onCompromised: () => undefined,
  });
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}
