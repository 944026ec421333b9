import { readFile, stat } from "node:fs/promises";
import { hasErrorCode } from "../files/error-code.ts";

/**
 * The text of a shared file, one character a byte so that foreign bytes survive. A file that is not there is empty, and so is a
 * device: people set `/dev/null` for no file at all.
 *
 * @throws an error of code `EFTYPE` for what is neither, such as a pipe, whose reading might never end; else the file system's.
 */
export async function readShared(path: string): Promise<string> {
  try {
    const info = await stat(path);
    if (info.isCharacterDevice()) return "";
    if (!info.isFile()) throw notAFile(path);
    return await readFile(path, "latin1");
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return "";
    throw error;
  }
}

/** For what can be neither read nor replaced. */
export function notAFile(path: string): Error {
  return Object.assign(new Error(`${path} is not a regular file`), { code: "EFTYPE" });
}
