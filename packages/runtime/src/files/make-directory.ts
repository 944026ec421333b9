import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { hasErrorCode } from "./error-code.ts";

/**
 * Makes a directory and those above it, for the owner alone, where they are missing. Not Node's `recursive`: that never ends in a
 * directory which is there and cannot have any, such as /proc or an automount's.
 *
 * @throws the file system's error.
 */
export async function makeDirectory(path: string): Promise<void> {
  if (await isDirectory(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeDirectory(parent);
  try {
    await mkdir(path, { mode: 0o700 });
  } catch (error) {
    // Another process can have created it in the meantime.
    if (!(await isDirectory(path))) throw error;
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return false;
    throw error;
  }
}
