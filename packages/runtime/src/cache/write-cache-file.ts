import { AgentRolesError } from "../agent-roles-error.ts";
import { makeDirectory } from "../files/make-directory.ts";
import { exposure } from "../files/owner.ts";
import { renameOver } from "../files/replace-file.ts";
import { type CacheEntry, formatEntry } from "./cache-entry.ts";
import { cacheFile } from "./cache-file.ts";

/**
 * Makes the cache's directory if it is missing.
 *
 * @throws {AgentRolesError} `StoreFailed` when other users can write to it or to a directory above it; the file system's error when it
 * cannot be made.
 */
export async function openCacheDirectory(directory: string): Promise<void> {
  const exposed = await exposure(directory);
  if (exposed === undefined) return makeDirectory(directory);
  throw new AgentRolesError(`${exposed}: sessions are not shared`, {
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
