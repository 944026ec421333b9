import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { AgentRolesError } from "../agent-roles-error.ts";
import { isNullDevice, notAFile } from "../files/read-regular-file.ts";
import type { Env } from "../role-env/env.ts";
import { readSections, type Section } from "./sections.ts";
import { sharedPaths } from "./shared-paths.ts";

/** More than any program can use. */
const LARGEST_BYTES = 100_000_000;

/** A setting of the profile that the SDK's default chain uses: `AWS_PROFILE`, else `default`. */
export function profileSetting(name: string, env: Env): string | undefined {
  const profile = env["AWS_PROFILE"] || "default";
  return readProfile(profile, env).findLast(({ values }) => values[name])?.values[name];
}

/** The sections of one profile, those of the config file last: they win, as in the SDK. Files that cannot be read have none. @throws {AgentRolesError} for a pipe. */
export function readProfile(profile: string, env: Env): readonly Section[] {
  const inConfig = profile === "default" ? ["default", "profile default"] : [`profile ${profile}`];
  const inCredentials = sectionsOf(pathsOrNone(env).credentialsFile).filter(({ header }) => header === profile);
  return [...inCredentials, ...readConfigSections(inConfig, env)];
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
    if (info.isFile() && info.size <= LARGEST_BYTES) return readFileSync(file, "latin1");
    if (isNullDevice(info) || info.isDirectory()) return "";
    throw new AgentRolesError(notAFile(path).message, { code: "StoreFailed", fix });
  } finally {
    closeSync(file);
  }
}
