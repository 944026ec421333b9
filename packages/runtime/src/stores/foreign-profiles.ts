import { AgentRolesError } from "../agent-roles-error.ts";
import { readSections } from "./shared-file.ts";
import type { SharedPaths } from "./shared-paths.ts";

/**
 * The profiles that something else wrote, each with the error that names its file and line. A foreign section of the config
 * file counts as much as keys do, for its `role_arn` would win over our keys.
 */
export function foreignProfiles(credentials: string, config: string, paths: SharedPaths): Map<string, AgentRolesError> {
  const foreign = new Map<string, AgentRolesError>();
  for (const { header, line, managed } of readSections(config)) {
    if (!managed && header.startsWith("profile ")) add(header.slice("profile ".length), `${paths.configFile}:${line}`);
  }
  for (const { header, line, managed } of readSections(credentials)) {
    if (!managed) add(header, `${paths.credentialsFile}:${line}`);
  }
  return foreign;

  function add(profile: string, place: string): void {
    const message = `${profile}: ${place} has a profile of this name that agent-roles did not write`;
    const fix = "rename the profile there or in AWS_ROLE_N, or let agent-roles run --adopt take it over";
    foreign.set(profile, new AgentRolesError(message, { code: "ForeignProfile", fix }));
  }
}
