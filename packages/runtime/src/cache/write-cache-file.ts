import { stat } from "node:fs/promises";
import { AgentRolesError } from "../agent-roles-error.ts";
import { makeDirectory } from "../files/make-directory.ts";
import { renameOver } from "../files/replace-file.ts";
import { type CacheEntry, formatEntry } from "./cache-entry.ts";
import { cacheFile } from "./cache-file.ts";

/**
 * Makes the cache's directory, for its owner alone, when it is missing.
 *
 * @throws {AgentRolesError} `StoreFailed` when others can write to it; the file system's error when it cannot be made.
 */
export async function openCacheDirectory(directory: string): Promise<void> {
  await makeDirectory(directory);
  const { uid, mode } = await stat(directory);
  const user = process.geteuid?.();
  if (user === undefined || (uid === user && (mode & 0o022) === 0)) return;
  const who = uid === user ? "other users can write to it" : "it belongs to another user";
  throw new AgentRolesError(`${directory}: ${who}`, {
    code: "StoreFailed",
    fix: "Set AGENT_ROLES_CACHE_DIR to a directory that only this user can write to; agent-roles makes it when it is missing.",
  });
}

/**
 * Replaces a cache file in one step. A symlink is replaced and not followed; nothing is flushed to the disk,
 * because a lost entry costs one call.
 *
 * @throws the file system's error; then the file is as it was.
 */
export async function writeCacheFile(directory: string, key: string, entry: CacheEntry): Promise<void> {
  await renameOver(cacheFile(directory, key), 0o600, (file) => file.writeFile(formatEntry(key, entry)));
}
