import type { Stats } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { hasErrorCode } from "./error-code.ts";

/** A user and a group, by number. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

const MACOS_ADMIN = 80;

/**
 * Whether other users can write to a file or directory. The root group does not count, nor does a group with the owner's number: many
 * systems give each user a group of its own and make new files writable for it. Nor does the group of administrators on macOS, who can
 * become root; Homebrew's directories are writable for it. Windows has no such modes.
 */
export function isWritableByOthers({ mode, uid, gid }: Pick<Stats, "mode" | "uid" | "gid">): boolean {
  if (process.platform === "win32") return false;
  const isTrusted = gid === 0 || gid === uid || (process.platform === "darwin" && gid === MACOS_ADMIN);
  return (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && !isTrusted);
}

/** Whether only the owner of an entry can rename or remove it: the sticky bit, as in /tmp. */
export function isSticky({ mode }: Pick<Stats, "mode">): boolean {
  return (mode & 0o1000) !== 0;
}

/**
 * What lets another user replace a private directory or its entries, in it or in a directory above it. A directory that is missing is
 * judged by those above it.
 *
 * @returns `undefined` when nobody but this process's user and root can.
 */
export async function exposure(directory: string): Promise<string | undefined> {
  const user = process.geteuid?.();
  if (user === undefined) return undefined;
  const own = await realpath(directory).catch(() => undefined);
  for (let path = own ?? (await existingParent(directory)); ; path = dirname(path)) {
    const info = await stat(path);
    if (info.uid !== user && info.uid !== 0) return `${path}: it belongs to another user`;
    const isOpen = path === own ? (info.mode & 0o022) !== 0 : isWritableByOthers(info) && !isSticky(info);
    if (isOpen) return `${path}: other users can write to it`;
    if (path === dirname(path)) return undefined;
  }
}

async function existingParent(path: string): Promise<string> {
  const parent = dirname(resolve(path));
  return realpath(parent).catch((error: unknown) => {
    if (!hasErrorCode(error, "ENOENT")) throw error;
    return existingParent(parent);
  });
}
