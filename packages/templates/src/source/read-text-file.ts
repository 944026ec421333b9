import { constants, type FileHandle, open } from "node:fs/promises";

/** The text of a file, or why there is none. */
export type FileText =
  | { readonly text: string }
  | {
      readonly kind: "missing" | "unreadable";
      readonly message: string;
      readonly fix: string;
      readonly cause?: unknown;
    };

export interface ReadTextFileOptions {
  /** Default 256 MB: larger than any template, plan or manifest. */
  readonly largestBytes?: number;
  /** Whether the last part of the path can be a symbolic link. Default: it can. */
  readonly followLink?: boolean;
}

const LARGEST_FILE_BYTES = 256 * 1024 * 1024;
const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** Reads a regular file in UTF-8. It is opened once without waiting, so that a FIFO or a device does not hang. */
export async function readTextFile(
  path: string,
  { largestBytes = LARGEST_FILE_BYTES, followLink = true }: ReadTextFileOptions = {},
): Promise<FileText> {
  let bytes: Uint8Array;
  try {
    const file = await open(path, FLAGS | (followLink ? 0 : (constants.O_NOFOLLOW ?? 0)));
    try {
      const stats = await file.stat();
      if (!stats.isFile()) return notRegular(stats.isDirectory());
      if (stats.size > largestBytes) return tooLarge(largestBytes);
      // One byte more shows a file that grows while it is read.
      bytes = await readUpTo(file, stats.size + 1);
      if (bytes.length > stats.size)
        return { kind: "unreadable", message: "it changes while it is read", fix: "name a copy" };
    } finally {
      await file.close();
    }
  } catch (cause) {
    return failure(cause);
  }
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (cause) {
    return { kind: "unreadable", message: "it is not UTF-8 text", fix: "name a text file", cause };
  }
}

/** Says why a path cannot be read. */
function failure(cause: unknown): Exclude<FileText, { text: string }> {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
  if (code === "ENOENT" || code === "ENOTDIR") {
    return { kind: "missing", message: "there is no such file", fix: "correct the path", cause };
  }
  const isForbidden = code === "EACCES" || code === "EPERM";
  const message = isForbidden ? "this user cannot read it" : `it cannot be read (${code})`;
  return { kind: "unreadable", message, fix: "give this user read permission on a regular file", cause };
}

async function readUpTo(file: FileHandle, limit: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(limit);
  let length = 0;
  while (length < limit) {
    const { bytesRead } = await file.read(buffer, length, limit - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return buffer.subarray(0, length);
}

function notRegular(isDirectory: boolean): FileText {
  const message = isDirectory ? "it is a directory" : "it is not a regular file";
  return { kind: "unreadable", message, fix: "name a regular file" };
}

function tooLarge(largestBytes: number): FileText {
  return { kind: "unreadable", message: `it has more than ${largestBytes} bytes`, fix: "name a smaller file" };
}
