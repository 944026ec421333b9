import { randomBytes } from "node:crypto";
import { type FileHandle, open, realpath, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { makeDirectory } from "./make-directory.ts";

export interface ReplaceOptions {
  /** Of the new file, whatever the old one had and the umask says. Default: 0600. */
  readonly mode?: number;
  /** Called when all is written, before the new file takes the name; what it throws leaves everything as it was. */
  readonly beforeRename?: () => Promise<void>;
}

/**
 * Replaces a file in one step: readers see the old bytes or the new ones, and nothing is ever truncated. The new file is never
 * more open than its mode, is on the disk before it takes the name, and a symlink is followed. A missing directory is made for the
 * owner alone.
 *
 * @throws the file system's error; then the file is as it was.
 */
export async function replaceFile(path: string, content: Buffer, options: ReplaceOptions = {}): Promise<void> {
  const { mode = 0o600, beforeRename } = options;
  const target = await realpath(path).catch(() => path);
  await makeDirectory(dirname(target));
  await renameOver(target, mode, async (file) => {
    await file.writeFile(content);
    // The umask can have removed some of it.
    await file.chmod(mode);
    await keepOwner(file, target);
    await file.sync();
    await beforeRename?.();
  });
  await syncDirectory(dirname(target));
}

/**
 * Puts a new file in the place of whatever has this name: a symlink is replaced too, and not followed.
 *
 * @param fill - writes the new file; what it throws leaves everything as it was.
 */
export async function renameOver(path: string, mode: number, fill: (file: FileHandle) => Promise<void>): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  // "wx": never through a file or link of that name that someone else made.
  const file = await open(temporary, "wx", mode);
  try {
    try {
      await fill(file);
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** Root that rotates for another user leaves the file with its owner; a new one belongs to the owner of the directory. */
async function keepOwner(file: FileHandle, target: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const owner = await stat(target).catch(() => stat(dirname(target)));
  await file.chown(owner.uid, owner.gid);
}

/** Makes the rename itself durable where the platform can open a directory. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r").catch(() => undefined);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}
