import { randomBytes } from "node:crypto";
import { open, rename, stat, unlink } from "node:fs/promises";
import { AgentRolesError } from "../agent-roles-error.ts";
import { makeFolder } from "../files/make-folder.ts";
import { type CacheEntry, formatEntry } from "./cache-entry.ts";
import { cacheFile } from "./cache-file.ts";

/**
 * Makes the cache's folder, for its owner alone, when it is missing.
 *
 * @throws {AgentRolesError} `StoreFailed` when others can write to it; the file system's error when it cannot be made.
 */
export async function openCacheFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  const { uid, mode } = await stat(folder);
  const user = process.geteuid?.();
  if (user === undefined || (uid === user && (mode & 0o022) === 0)) return;
  const who = uid === user ? "other users can write to it" : "it belongs to another user";
  throw new AgentRolesError(`${folder}: ${who}`, {
    code: "StoreFailed",
    fix: "set AGENT_ROLES_CACHE_DIR to a folder that this user alone can write to; agent-roles makes it when it is missing",
  });
}

/**
 * Replaces a cache file in one step. Whatever stood there, a symlink, too, is replaced and not written through; nothing is
 * flushed to the disk, for a lost entry costs one call.
 *
 * @throws the file system's error; then the file is as it was.
 */
export async function writeCacheFile(folder: string, key: string, entry: CacheEntry): Promise<void> {
  const path = cacheFile(folder, key);
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file = await open(temporary, "wx", 0o600);
  try {
    try {
      await file.writeFile(formatEntry(key, entry));
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}
