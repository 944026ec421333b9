import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { hasErrorCode } from "./error-code.ts";

export interface ReadOptions {
  /** Most bytes to read. */
  readonly limit: number;
  /** Refuses a symlink at the end of the path. Default: false. */
  readonly noFollow?: boolean;
  readonly encoding?: "utf8" | "latin1";
  /** Reads a pipe too, such as a shell's `<(…)`, until its writers are done or for this time, milliseconds. Default: 0, no pipes. */
  readonly pipeMs?: number;
}

/**
 * The text of a regular file. Opened once without waiting, then checked: a pipe or a device at the path never blocks the caller, and
 * nothing can take the file's place between the check and the read.
 *
 * @throws an error of code `EFTYPE` for anything but a regular file, `EFBIG` for more than `limit` bytes, `ELOOP` for a symlink that is
 * not followed; else the file system's.
 */
export async function readRegularFile(path: string, options: ReadOptions): Promise<string> {
  const { limit, noFollow = false, encoding = "utf8", pipeMs = 0 } = options;
  // Windows has neither flag.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (noFollow ? (constants.O_NOFOLLOW ?? 0) : 0);
  let file: FileHandle | undefined;
  try {
    file = await open(path, flags);
    const info = await file.stat();
    if (info.isFIFO() && pipeMs > 0) return (await readPipe(file, path, { limit, pipeMs })).toString(encoding);
    if (!info.isFile()) throw notAFile(path);
    if (info.size > limit) throw failure(`${path} is larger than ${limit} bytes`, "EFBIG");
    return await file.readFile(encoding);
  } finally {
    await file?.close();
  }
}

const POLL_MS = 20;

/** Polls, because a thread that blocks in a read would keep the process from ending. */
async function readPipe(
  file: FileHandle,
  path: string,
  { limit, pipeMs }: { readonly limit: number; readonly pipeMs: number },
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for (let waitedMs = 0; waitedMs < pipeMs;) {
    const chunk = await file.read(Buffer.alloc(65_536), 0, 65_536, null).catch((error: unknown) => {
      if (hasErrorCode(error, "EAGAIN")) return undefined;
      throw error;
    });
    if (chunk?.bytesRead === 0) return Buffer.concat(chunks);
    if (chunk) chunks.push(chunk.buffer.subarray(0, chunk.bytesRead));
    bytes += chunk?.bytesRead ?? 0;
    if (bytes > limit) throw failure(`${path} has more than ${limit} bytes`, "EFBIG");
    if (!chunk) await setTimeout(POLL_MS);
    waitedMs += chunk ? 0 : POLL_MS;
  }
  throw failure(`${path} is a pipe whose writer was not done within ${pipeMs / 1000} s`, "ETIMEDOUT");
}

/** For what can be neither read nor replaced. */
export function notAFile(path: string): Error {
  return failure(`${path} is not a regular file`, "EFTYPE");
}

function failure(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
