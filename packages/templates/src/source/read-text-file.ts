import type { Diagnostic } from "@agent-roles/runtime/role-env";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";

/** The text of a file, or why there is none. */
export type FileText =
  | { readonly text: string }
  | {
      readonly kind: "missing" | "unreadable";
      readonly message: string;
      readonly fix: string;
      /** Where the file stops being UTF-8; both from 1. */
      readonly line?: number;
      readonly column?: number;
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
export function readTextFile(
  path: string,
  { largestBytes = LARGEST_FILE_BYTES, followLink = true }: ReadTextFileOptions = {},
): FileText {
  let bytes: Uint8Array;
  try {
    const file = openSync(path, FLAGS | (followLink ? 0 : (constants.O_NOFOLLOW ?? 0)));
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) return notRegular(stats.isDirectory());
      if (stats.size > largestBytes) return tooLarge(largestBytes);
      // One byte more shows a file that grows while it is read.
      bytes = readUpTo(file, stats.size + 1);
      if (bytes.length > stats.size)
        return { kind: "unreadable", message: "it changes while it is read", fix: "name a copy" };
    } finally {
      closeSync(file);
    }
  } catch (cause) {
    return readFailure(cause);
  }
  // No text in UTF-8 has a NUL, and UTF-16 of English text would decode.
  if (bytes.includes(0)) return { kind: "unreadable", ...otherEncoding(bytes) };
  try {
    return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (cause) {
    return { kind: "unreadable", ...notUtf8(bytes), cause };
  }
}

/** The first bytes in hex: a mark, or a character of ASCII. */
const ENCODINGS: readonly (readonly [name: string, start: RegExp])[] = [
  ["UTF-32", /^(fffe0000|0000feff|([2-7].|0[9ad])000000|000000([2-7].|0[9ad]))/],
  ["UTF-16", /^(fffe|feff|([2-7].|0[9ad])00|00([2-7].|0[9ad]))/],
];

/** Names the encoding of a file that has a NUL. */
function otherEncoding(bytes: Uint8Array): Pick<Diagnostic, "line" | "column" | "message" | "fix"> {
  const start = Buffer.from(bytes.subarray(0, 4)).toString("hex");
  const found = ENCODINGS.find(([, pattern]) => pattern.test(start));
  if (found) return { line: 1, column: 1, message: `it is ${found[0]} text, not UTF-8`, fix: "save it as UTF-8" };
  return { message: "it is not UTF-8 text", fix: "name a text file in UTF-8" };
}

/** Says where a file stops being UTF-8. */
function notUtf8(bytes: Uint8Array): Pick<Diagnostic, "line" | "column" | "message" | "fix"> {
  const fix = "save it as UTF-8";
  const before = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes).split("\uFFFD", 1)[0] ?? "";
  const byte = (bytes[Buffer.byteLength(before)] ?? 0).toString(16).toUpperCase();
  const lines = before.split("\n");
  const column = (lines.at(-1)?.length ?? 0) + 1;
  return { line: lines.length, column, message: `byte 0x${byte} is not UTF-8 (Latin-1?)`, fix };
}

/** Why a path cannot be read, by what `node:fs` threw. */
export function readFailure(cause: unknown): Exclude<FileText, { text: string }> {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown error";
  if (code === "ENOENT" || code === "ENOTDIR") {
    return { kind: "missing", message: "there is no such file", fix: "correct the path", cause };
  }
  const isForbidden = code === "EACCES" || code === "EPERM";
  const message = isForbidden ? "this user cannot read it" : `it cannot be read (${code})`;
  return { kind: "unreadable", message, fix: "give this user read permission on a regular file", cause };
}

function readUpTo(file: number, limit: number): Uint8Array {
  const buffer = Buffer.alloc(limit);
  let length = 0;
  while (length < limit) {
    const bytesRead = readSync(file, buffer, length, limit - length, length);
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
