import { randomBytes } from "node:crypto";
import { type FileHandle, open, rename, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import type { Owner } from "./owner.ts";

export interface ReplaceOptions {
  /** Of the new file, whatever the old one had and the umask says. Default: 0600. */
  readonly mode?: number;
  /** Who gets the new file. Default: this process's user. */
  readonly owner?: Owner;
  /** Called when all is written, before the new file takes the name; what it throws leaves everything as it was. */
  readonly beforeRename?: () => Promise<void>;
}

/**
 * Replaces a file in one step: readers see the old bytes or the new ones, and nothing is ever truncated. The new file is never
 * more open than its mode and is on the disk before it takes the name. A symlink is replaced, not followed.
 *
 * @throws the file system's error; then the file is as it was.
 */
export async function replaceFile(path: string, content: Buffer, options: ReplaceOptions = {}): Promise<void> {
  const { mode = 0o600, owner, beforeRename } = options;
  await renameOver(path, mode, async (file) => {
    await file.writeFile(content);
    // The umask can have removed some of it.
    await file.chmod(mode);
    if (owner) await file.chown(owner.uid, owner.gid);
    await file.sync();
    await beforeRename?.();
  });
  await syncDirectory(dirname(path));
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

/** Makes the rename itself durable where the platform can open a directory. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, "r").catch(() => undefined);
  await directory?.sync().catch(() => undefined);
  await directory?.close();
}
