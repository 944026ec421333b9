import { readFile } from "node:fs/promises";

/** The text of a shared file, one character a byte so that foreign bytes survive; a file that is not there is empty. */
export async function readShared(path: string): Promise<string> {
  return readFile(path, "latin1").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}
