import { readFile } from "node:fs/promises";
import { ManifestError, type ManifestErrorCode } from "./manifest-error.ts";

/** The text of a file. @throws {ManifestError} `ManifestNotFound` or `ManifestUnreadable`. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown reason";
    const fail = (code: ManifestErrorCode, message: string, fix: string): ManifestError =>
      new ManifestError(code, [{ file, line: 1, column: 1, path: "", message, fix }], { cause });
    if (reason === "ENOENT") throw fail("ManifestNotFound", "there is no such file", "create it, or name another one");
    throw fail("ManifestUnreadable", `cannot be read (${reason})`, "give this user read permission on a regular file");
  }
}
