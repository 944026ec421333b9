import { readFile, stat } from "node:fs/promises";
import { TrustInputError } from "./trust-input-error.ts";

/** Larger than any template or plan a person wants checked; a reader that takes more fills the memory first. */
export const LARGEST_FILE_BYTES: number = 256 * 1024 * 1024;

/**
 * The text of a file.
 *
 * @param file - as the caller named it, for messages.
 * @throws {TrustInputError} when it is missing, unreadable, too large or not text.
 */
export async function readInput(path: string, file: string, largestBytes: number): Promise<string> {
  const bytes = await readBytes(path, file, largestBytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw notText(file, cause);
  }
}

/** Whether a path is a directory; a path that is not there is an error. */
export async function isDirectory(path: string, file: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** Whether there is a file that may be read. */
export async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

/** Says why a path cannot be read. */
export function unreadable(file: string, cause: unknown): TrustInputError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  if (code === "ENOENT" || code === "ENOTDIR") {
    const fix =
      file === "cdk.out"
        ? "run `cdk synth`, or name a template"
        : "name a template, a directory of templates, a plan or a policy";
    return new TrustInputError("InputNotFound", [{ file, message: "there is no such file or directory", fix }], {
      cause,
    });
  }
  const why =
    code === "EACCES" || code === "EPERM" ? "it may not be read" : `it cannot be read (${code || "unknown error"})`;
  return new TrustInputError("InputUnreadable", [{ file, message: why, fix: "make it readable for this user" }], {
    cause,
  });
}

async function readBytes(path: string, file: string, largestBytes: number): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size <= largestBytes) return await readFile(path);
    const message = `it has ${size} bytes, more than the ${largestBytes} that are read`;
    throw new TrustInputError("InputUnreadable", [{ file, message, fix: "name the templates themselves" }]);
  } catch (cause) {
    throw cause instanceof TrustInputError ? cause : unreadable(file, cause);
  }
}

function notText(file: string, cause: unknown): TrustInputError {
  const fix = "name a JSON or YAML file; a Terraform plan is read from `terraform show -json`";
  return new TrustInputError("InputUnreadable", [{ file, message: "it is not text", fix }], { cause });
}
