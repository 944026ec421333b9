import { lstat, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";

/** No session lasts longer than twelve hours: what was not written for two days expired long ago. */
const KEPT_MS = 48 * 3_600_000;

/** Our names only: an entry, a lock, a revocation, and what killed processes left of either. */
const OURS = /^[0-9a-f]{16}\.(json(\.[0-9a-f]{12}\.tmp)?|lock(\.claim)?|revoked)$/;

/**
 * Deletes the entries of sessions that expired long ago, by this machine's clock, which also sets the times of files. Never rejects.
 *
 * @param now - milliseconds since the epoch; `Infinity` deletes all entries. A process that shares the cache then calls STS again.
 */
export async function pruneCache(directory: string, now: number = Date.now()): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((each) => OURS.test(each))) {
    const path = join(directory, name);
    const info = await lstat(path).catch(() => undefined);
    if (info && now - info.mtimeMs > KEPT_MS) await unlink(path).catch(() => undefined);
  }
}
