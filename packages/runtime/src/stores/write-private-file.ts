import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, realpath, rename, stat, unlink } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Replaces a file in one step: readers see the old bytes or the new ones. The new file is born with its mode, is on the
 * disk before it takes the name, and a symlink is followed. A missing folder is made for the owner alone.
 *
 * @param mode - of the file; an existing file's stricter or looser mode is not kept.
 */
export async function writePrivateFile(path: string, content: Buffer, mode = 0o600): Promise<void> {
  const target = await realpath(path).catch(() => path);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const temporary = `${target}.${randomBytes(6).toString("hex")}.tmp`;
  // "wx": never through somebody else's file or link of that name.
  const file = await open(temporary, "wx", mode);
  try {
    await fill(file, content, target);
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  await syncFolder(dirname(target));
}

async function fill(file: FileHandle, content: Buffer, target: string): Promise<void> {
  try {
    await file.writeFile(content);
    await keepOwner(file, target);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Root that rotates for somebody leaves the file with its owner. */
async function keepOwner(file: FileHandle, target: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const owner = await stat(target).catch(() => undefined);
  if (owner) await file.chown(owner.uid, owner.gid);
}

/** Makes the rename itself durable where the platform can open a folder. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
