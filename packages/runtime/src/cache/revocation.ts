import { lstatSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "../files/error-code.ts";
import { renameOver } from "../files/replace-file.ts";
import { entryName } from "./entry-name.ts";

/** An empty file whose modification time is the time of the revocation: there is nothing to read. */
function revocationFile(directory: string, roleArn: string): string {
  return join(directory, `${entryName(roleArn)}.revoked`);
}

/**
 * Records for all processes that share the cache that the role's sessions issued before this time are revoked. Where there is no
 * cache directory, nothing is shared.
 *
 * @throws the file system's error.
 */
export async function markRevoked(directory: string, roleArn: string, at: Date): Promise<void> {
  try {
    await renameOver(revocationFile(directory, roleArn), 0o600, (file) => file.utimes(at, at));
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

/** Sessions of the role issued before this time are revoked, milliseconds since the epoch; 0 when none are. Never throws. */
export function revokedAt(directory: string, roleArn: string): number {
  try {
    return lstatSync(revocationFile(directory, roleArn), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  } catch {
    return 0;
  }
}
