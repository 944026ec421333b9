import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import { errorCode } from "../files/error-code.ts";
import { type ParsedEntry, parseEntry } from "./cache-entry.ts";
import { entryName } from "./entry-name.ts";
import { revokedAt } from "./revocation.ts";

/** An entry has some two thousand bytes; STS keeps session tokens below four thousand. */
const LARGEST_BYTES = 64 * 1024;

/** A symlink is not followed, and a pipe of that name does not block. Windows has neither flag. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** A cache file: its text, to notice changes, and its content or why it has none. */
export type CacheFile = ParsedEntry & { readonly text: string };

export function cacheFile(directory: string, key: string): string {
  return join(directory, `${entryName(key)}.json`);
}

/** Changes whenever the file is replaced; `undefined` when there is none. */
export async function cacheFileStamp(directory: string, key: string): Promise<string | undefined> {
  const info = await lstat(cacheFile(directory, key)).catch(() => undefined);
  return info && `${info.ino} ${info.mtimeMs}`;
}

/** Reads a cache file, which takes less time than a promise would cost. Never throws. @returns `undefined` when there is none. */
export function readCacheFile(directory: string, key: string): CacheFile | undefined {
  let file: number | undefined;
  try {
    file = openSync(cacheFile(directory, key), FLAGS);
    const stats = fstatSync(file);
    const problem = distrust(stats);
    if (problem) return { text: "", problem };
    const buffer = Buffer.alloc(stats.size);
    const length = readSync(file, buffer, 0, stats.size, 0);
    return parsed(buffer.toString("utf8", 0, length), directory, key);
  } catch (error) {
    return unreadable(error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Why a file of the right name is not trusted: another user who can write it could make us use other credentials. */
function distrust(stats: Stats): string | undefined {
  if (!stats.isFile()) return "is not a plain file";
  const user = process.geteuid?.();
  if (user !== undefined && stats.uid !== user) return "belongs to another user";
  if (user !== undefined && (stats.mode & 0o077) !== 0) return "is open to other users";
  return stats.size > LARGEST_BYTES ? "is larger than an entry ever is" : undefined;
}

/** A session that was revoked on this machine does not count, whichever process wrote it. */
function parsed(text: string, directory: string, key: string): CacheFile {
  const read = parseEntry(text, key);
  const { session, ...rest } = read.entry ?? {};
  const isRevoked = session && session.issuedAt.getTime() < revokedAt(directory, keyedRole(key) ?? "");
  return isRevoked ? { text, entry: rest } : { text, ...read };
}

/** The ARN of the role whose session has this key. */
export function keyedRole(key: string): string | undefined {
  const [, , sessionKey]: readonly string[] = JSON.parse(key);
  const [arn]: readonly unknown[] = JSON.parse(sessionKey ?? "");
  return typeof arn === "string" ? arn : undefined;
}

function unreadable(error: unknown): CacheFile | undefined {
  const code = errorCode(error) || String(error);
  if (code === "ENOENT" || code === "ENOTDIR") return undefined;
  return { text: "", problem: code === "ELOOP" ? "is a symlink" : `cannot be read (${code})` };
}
