import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { AgentRolesError } from "../agent-roles-error.ts";
import { hasErrorCode } from "../files/error-code.ts";
import { isNullDevice, notAFile, readRegularFile } from "../files/read-regular-file.ts";
import type { SharedPaths } from "./shared-paths.ts";

/** More than any program can use; a larger file is a mistake or an attack. */
const LIMIT_BYTES = 100_000_000;

/** The text of both files. */
export interface SharedTexts {
  readonly config: string;
  readonly credentials: string;
}

interface SharedOptions {
  /** Refuses a symlink at the end of the path. Default: false. */
  readonly noFollow?: boolean;
}

/** Both files. @throws as {@link readShared}. */
export async function readSharedTexts(paths: SharedPaths, options?: SharedOptions): Promise<SharedTexts> {
  return {
    config: await readShared(paths.configFile, options),
    credentials: await readShared(paths.credentialsFile, options),
  };
}

/**
 * The text of a shared file, one character per byte so that other programs' bytes survive. A missing file is empty, and so is
 * `/dev/null`.
 *
 * @throws an error of code `EFTYPE` for anything else, such as a pipe; else the file system's.
 */
export async function readShared(path: string, { noFollow = false }: SharedOptions = {}): Promise<string> {
  try {
    return await readRegularFile(path, { limit: LIMIT_BYTES, noFollow, encoding: "latin1" });
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return "";
    if (hasErrorCode(error, "EFTYPE") && isNullDevice(await stat(path))) return "";
    throw error;
  }
}

/**
 * Text of a file that the SDK will read, too; `/dev/null` and directories have none.
 *
 * @throws {AgentRolesError} `StoreFailed` with the fix for a pipe or a device, because the SDK would read it: for ever, and the
 * process could not even end.
 */
export function readTextSync(path: string, fix: string): string {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const info = fstatSync(file);
    if (info.isFile() && info.size <= LIMIT_BYTES) return readFileSync(file, "latin1");
    if (isNullDevice(info) || info.isDirectory()) return "";
    throw new AgentRolesError(notAFile(path).message, { code: "StoreFailed", fix });
  } finally {
    closeSync(file);
  }
}
