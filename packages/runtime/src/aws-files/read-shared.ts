import { stat } from "node:fs/promises";
import { hasErrorCode } from "../files/error-code.ts";
import { isNullDevice, readRegularFile } from "../files/read-regular-file.ts";

/** More than any program can use; a larger file is a mistake or an attack. */
const LIMIT_BYTES = 100_000_000;

/**
 * The text of a shared file, one character per byte so that other programs' bytes survive. A missing file is empty, and so is
 * `/dev/null`.
 *
 * @param options.noFollow - refuses a symlink at the end of the path.
 * @throws an error of code `EFTYPE` for anything else, such as a pipe; else the file system's.
 */
export async function readShared(
  path: string,
  { noFollow = false }: { readonly noFollow?: boolean } = {},
): Promise<string> {
  try {
    return await readRegularFile(path, { limit: LIMIT_BYTES, noFollow, encoding: "latin1" });
  } catch (error) {
    if (hasErrorCode(error, "ENOENT")) return "";
    if (hasErrorCode(error, "EFTYPE") && isNullDevice(await stat(path))) return "";
    throw error;
  }
}
