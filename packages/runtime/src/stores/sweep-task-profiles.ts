import { readShared } from "../aws-files/read-shared.ts";
import { sharedPaths } from "../aws-files/shared-paths.ts";
import { systemClock } from "../clock.ts";
import { processIdentity } from "../files/process-identity.ts";
import { managedSections, noteField, otherKeeper } from "./profile-keepers.ts";
import { profileStore } from "./profile-store.ts";
import type { SharedFilesOptions } from "./shared-files-store.ts";

/**
 * Removes the profiles of tasks whose process has ended without removing them, or that have expired.
 *
 * @returns the names of the profiles.
 * @throws {AgentRolesError} `StoreFailed`.
 */
export async function sweepTaskProfiles(options: SharedFilesOptions): Promise<readonly string[]> {
  const { env = process.env, clock = systemClock } = options;
  const sections = managedSections({ config: await readShared(sharedPaths(env).configFile), credentials: "" });
  const own = await processIdentity();
  const left: string[] = [];
  for (const [profile, found] of sections) {
    if (found.every(({ note }) => noteField(note, "task") === "")) continue;
    if (!(await otherKeeper(found, own, clock.now()))) left.push(profile);
  }
  if (left.length > 0) await profileStore(options).remove(left);
  return left;
}
