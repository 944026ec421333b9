import { lstat, readdir, unlink } from "node:fs/promises";
import { join } from "node:path";

/** Nobody works on one file for so long; what is older was left by a process that was killed. */
const LEFT_AFTER_MS = 10_000;

/**
 * Deletes the temporary files that killed writers left in a directory of our own; with `prefix`, the name of the one file there that is
 * ours, only those of this file and its lost locks. Never fails.
 */
export async function removeLeftovers(directory: string, prefix = ""): Promise<void> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names) {
    const ending = name.startsWith(prefix) ? name.slice(prefix.length) : "";
    const pattern = prefix === "" ? /\.[0-9a-f]{12}\.tmp$/ : /^(\.[0-9a-f]{12}\.tmp|\.lock\.claim)$/;
    if (!pattern.test(ending)) continue;
    const file = join(directory, name);
    const info = await lstat(file).catch(() => undefined);
    if (info && Date.now() - info.mtimeMs > LEFT_AFTER_MS) await unlink(file).catch(() => undefined);
  }
}
