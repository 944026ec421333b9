import { readFileSync } from "node:fs";
import type { Env } from "../role-env/env.ts";
import { readSections, type Section } from "./sections.ts";
import { sharedPaths } from "./shared-paths.ts";

/** A setting of the profile that the SDK's default chain uses: `AWS_PROFILE`, else `default`. */
export function profileSetting(name: string, env: Env): string | undefined {
  const profile = env["AWS_PROFILE"] || "default";
  return readProfile(profile, env).findLast(({ values }) => values[name])?.values[name];
}

/** The sections of one profile, those of the config file last: they win, as in the SDK. Files that cannot be read have none. */
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
    return readSections(readFileSync(path, "latin1"));
  } catch {
    return [];
  }
}
