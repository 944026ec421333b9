import { AgentRolesError } from "../agent-roles-error.ts";
import type { Env } from "../role-env/env.ts";
import { readTextSync } from "./read-shared.ts";
import { profileSections, readSections, type Section } from "./sections.ts";
import { sharedPaths } from "./shared-paths.ts";

/** A setting of the profile that the SDK's default chain uses: `AWS_PROFILE`, else `default`. */
export function profileSetting(name: string, env: Env): string | undefined {
  const profile = env["AWS_PROFILE"] || "default";
  return readProfile(profile, env).findLast(({ values }) => values[name])?.values[name];
}

/** The sections of one profile, those of the config file last: they win, as in the SDK. Files that cannot be read have none. @throws {AgentRolesError} for a pipe. */
export function readProfile(profile: string, env: Env): readonly Section[] {
  const { credentialsFile, configFile } = pathsOrNone(env);
  return profileSections(profile, { credentials: sectionsOf(credentialsFile), config: sectionsOf(configFile) });
}

/** The sections of the config file with these headers. */
export function readConfigSections(headers: readonly string[], env: Env): readonly Section[] {
  return sectionsOf(pathsOrNone(env).configFile).filter(({ header }) => headers.includes(header));
}

function pathsOrNone(env: Env): Partial<ReturnType<typeof sharedPaths>> {
  try {
    return sharedPaths(env);
  } catch {
    return {};
  }
}

function sectionsOf(path: string | undefined): readonly Section[] {
  if (path === undefined) return [];
  try {
    return readSections(readTextSync(path, "Set AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE to regular files."));
  } catch (error) {
    if (error instanceof AgentRolesError) throw error;
    return [];
  }
}
