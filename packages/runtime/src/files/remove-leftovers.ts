import { lstat, readdir, unlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** Nobody works on one file for so long; what is older was left by a process that was killed. */
const LEFT_AFTER_MS = 10_000;

/** Deletes the temporary files and lost locks that killed writers of this file left beside it. Never fails. */
export async function removeLeftovers(path: string): Promise<void> {
  const directory = dirname(path);
  const prefix = basename(path);
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(prefix) || !/^(\.[0-9a-f]{12}\.tmp|\.lock\.claim)$/.test(name.slice(prefix.length))) continue;
    const file = join(directory, name);
    const info = await lstat(file).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > LEFT_AFTER_MS) await unlink(file).catch(() => undefined);
  }
}
