import { randomBytes } from "node:crypto";
import { type FileHandle, open, realpath, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";
import { makeDirectory } from "../files/make-directory.ts";

export interface WriteOptions {
  /** Of the new file, whatever the old one had and the umask says. Default: 0600. */
  readonly mode?: number;
  /** Called when all is written, before the new file takes the name; what it throws leaves everything as it was. */
  readonly beforeRename?: () => Promise<void>;
}

/**
 * Replaces a file in one step: readers see the old bytes or the new ones, and nothing is ever truncated. The new file is never
 * more open than its mode, is on the disk before it takes the name, and a symlink is followed. A missing directory is made for the
 * owner alone.
 */
export async function writePrivateFile(path: string, content: Buffer, options: WriteOptions = {}): Promise<void> {
  const { mode = 0o600, beforeRename } = options;
  const target = await realpath(path).catch(() => path);
  await makeDirectory(dirname(target));
  const temporary = `${target}.${randomBytes(6).toString("hex")}.tmp`;
  // "wx": never through somebody else's file or link of that name.
  const file = await open(temporary, "wx", mode);
  try {
    await fill(file, content, { target, mode });
    await beforeRename?.();
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncDirectory(dirname(target));
}

async function fill(
  file: FileHandle,
  content: Buffer,
  { target, mode }: { readonly target: string; readonly mode: number },
): Promise<void> {
  try {
    await file.writeFile(content);
    // A umask may have taken from it.
    await file.chmod(mode);
    await keepOwner(file, target);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Root that rotates for somebody leaves the file with its owner; a new one belongs to who owns the directory. */
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
