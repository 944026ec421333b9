import { constants, type Stats, statSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { devNull } from "node:os";

export interface ReadOptions {
  /** Most bytes to read. */
  readonly limit: number;
  /** Refuses a symlink at the end of the path. Default: false. */
  readonly noFollow?: boolean;
  readonly encoding?: "utf8" | "latin1";
}

/** A file can grow by this while it is read. */
const SPARE_BYTES = 64 * 1024;

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
    const tooLarge = failure(`${path} is larger than ${limit} bytes`, "EFBIG");
    if (info.size > limit) throw tooLarge;
    // The size of a file that grows, or of one in /proc, says nothing.
    const buffer = Buffer.alloc(Math.min(limit, info.size + SPARE_BYTES) + 1);
    let length = 0;
    for (let read = 1; read > 0 && length < buffer.length; length += read) {
      ({ bytesRead: read } = await file.read(buffer, length, buffer.length - length));
    }
    if (length === buffer.length) throw tooLarge;
    return buffer.toString(encoding, 0, length);
  } finally {
    await file?.close();
  }
}

/** More than any file that agent-roles writes for itself. */
const OWN_FILE_BYTES = 64 * 1024;

/** The text of a small file that agent-roles wrote; empty when there is none, or anything else. A symlink is not followed. */
export async function readOwnFile(path: string): Promise<string> {
  return readRegularFile(path, { limit: OWN_FILE_BYTES, noFollow: true }).catch(() => "");
}

/** Whether this is `/dev/null`, which people set for no file at all; other devices can be endless. */
export function isNullDevice(info: Stats): boolean {
  return info.isCharacterDevice() && info.rdev === statSync(devNull, { throwIfNoEntry: false })?.rdev;
}

/** For what can be neither read nor replaced. */
export function notAFile(path: string): Error {
  return failure(`${path} is not a regular file`, "EFTYPE");
}

function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
