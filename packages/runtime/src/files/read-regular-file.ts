import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

export interface ReadOptions {
  /** Most bytes to read. */
  readonly limit: number;
  /** Refuses a symlink at the end of the path. Default: false. */
  readonly noFollow?: boolean;
  readonly encoding?: "utf8" | "latin1";
}

/**
 * The text of a regular file. Opened once without waiting, then checked: a pipe or a device at the path never blocks the caller, and
 * nothing can take the file's place between the check and the read.
 *
 * @throws an error of code `EFTYPE` for anything but a regular file, `EFBIG` for more than `limit` bytes, `ELOOP` for a symlink that is
 * not followed; else the file system's.
 */
export async function readRegularFile(path: string, options: ReadOptions): Promise<string> {
  const { limit, noFollow = false, encoding = "utf8" } = options;
  // Windows has neither flag.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (noFollow ? (constants.O_NOFOLLOW ?? 0) : 0);
  let file: FileHandle | undefined;
  try {
    file = await open(path, flags);
    const info = await file.stat();
    if (!info.isFile()) throw notAFile(path);
    if (info.size > limit) throw failure(`${path} is larger than ${limit} bytes`, "EFBIG");
    return await file.readFile(encoding);
  } finally {
    await file?.close();
  }
}

/** For what can be neither read nor replaced. */
export function notAFile(path: string): Error {
  return failure(`${path} is not a regular file`, "EFTYPE");
}

function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
