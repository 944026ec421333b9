import { chmod, chown, mkdir, open, stat } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { AgentRolesError } from "../agent-roles-error.ts";
import { sharedPaths } from "../aws-files/shared-paths.ts";
import { hasErrorCode } from "../files/error-code.ts";
import type { Env } from "../role-env/env.ts";
import { profileDirectory } from "./profile-files.ts";

/** Of files that the members of a group can read, and nobody else. */
export const GROUP_FILE_MODE = 0o640;

/** New files get the directory's group. */
const GROUP_DIRECTORY_MODE = 0o2750;

/**
 * Prepares the config file and the directory of the profile files so that the members of a group can read them, and nobody else: for an
 * agent that runs as another user, in another container with a volume of its own. What exists is checked and never changed.
 *
 * @param group - by number; one of this process.
 * @returns the directory for other files of the group's.
 * @throws {AgentRolesError} `StoreFailed` with what the group cannot read, or others can change; the file system's error.
 */
export async function shareProfiles(env: Env, group: number): Promise<string> {
  requireMember(group);
  const configFile = resolve(sharedPaths(env).configFile);
  const base = dirname(configFile);
  const profiles = profileDirectory(env);
  if (relative(base, profiles).startsWith("..")) {
    throw refused(
      `${profiles} is outside of ${base}`,
      "Unset AGENT_ROLES_CACHE_DIR and AWS_CONFIG_FILE, and set HOME.",
    );
  }
  await shareDirectory(base, profiles, group);
  await open(configFile, "wx", GROUP_FILE_MODE)
    .then(async (file) => {
      // The umask can have removed some of it.
      await file.chmod(GROUP_FILE_MODE);
      await file.close();
    })
    .catch((error: unknown) => {
      if (!hasErrorCode(error, "EEXIST")) throw error;
    });
  await requireAccess(configFile, group, 0o040);
  return dirname(profiles);
}

/**
 * Makes a directory, and those between it and the base, for the members of a group.
 *
 * @throws as {@link shareProfiles}.
 */
export async function shareDirectory(base: string, directory: string, group: number): Promise<void> {
  if (directory !== base) await shareDirectory(base, dirname(directory), group);
  try {
    await mkdir(directory, { mode: 0o700 });
    await chown(directory, -1, group);
    await chmod(directory, GROUP_DIRECTORY_MODE);
  } catch (error) {
    if (!hasErrorCode(error, "EEXIST")) throw error;
  }
  await requireAccess(directory, group, 0o050);
}

function requireMember(group: number): void {
  const groups = [...(process.getgroups?.() ?? []), process.getegid?.()].filter((each) => each !== undefined);
  // Root would follow what other users put in its way.
  if (process.geteuid?.() === 0)
    throw refused("root does not share profiles with a group", "Run as the user of the agent-roles process.");
  if (!groups.includes(group)) {
    throw refused(
      `this process is not in group ${group}`,
      `Use one of its groups: ${[...new Set(groups)].join(", ")}.`,
    );
  }
}

async function requireAccess(path: string, group: number, access: number): Promise<void> {
  const { mode, gid } = await stat(path);
  const fix = `Set HOME to a directory of its own, where agent-roles makes ${join(".aws", "agent-roles")}, or run chgrp ${group} and chmod g+rX,go-w.`;
  if ((mode & 0o022) !== 0) throw refused(`${path}: other users can write to it`, fix);
  if (gid !== group || (mode & access) !== access) throw refused(`${path}: group ${group} cannot read it`, fix);
}

function refused(message: string, fix: string): AgentRolesError {
  return new AgentRolesError(message, { code: "StoreFailed", fix });
}
