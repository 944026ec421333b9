import { AgentRolesError } from "../agent-roles-error.ts";
import type { SharedTexts } from "../aws-files/read-shared.ts";
import { readSections } from "../aws-files/sections.ts";
import type { SharedPaths } from "../aws-files/shared-paths.ts";

/** SDKs would prefer some of these to our keys, wherever they are in a profile. */
const LEADS_TO_CREDENTIALS = /^\s*(aws_|role_arn|source_profile|credential_|sso_|web_identity_|login_)/i;

/**
 * The profiles that something else wrote, each with the error that names its file and line. A foreign section of the config file
 * counts as much as keys do, because its `role_arn` would win over our keys; but not one that `aws configure set region` made for a
 * profile whose keys are ours.
 *
 * @param inConfig - profiles that shall have a section of ours in the config file: it can have one only.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html
 */
export function foreignProfiles(
  { config, credentials }: SharedTexts,
  paths: SharedPaths,
  inConfig: ReadonlySet<string> = new Set(),
): Map<string, AgentRolesError> {
  const inCredentials = readSections(credentials);
  const ours = new Set(inCredentials.filter(({ managed }) => managed).map(({ header }) => header));
  const foreign = new Map<string, AgentRolesError>();
  for (const { header, line, managed, lines } of readSections(config)) {
    if (managed || !header.startsWith("profile ")) continue;
    const profile = header.slice("profile ".length);
    const isHarmless =
      ours.has(profile) && !inConfig.has(profile) && !lines.some((each) => LEADS_TO_CREDENTIALS.test(each));
    if (!isHarmless) add(profile, `${paths.configFile}:${line}`);
  }
  for (const { header, line, managed } of inCredentials) {
    if (!managed) add(header, `${paths.credentialsFile}:${line}`);
  }
  return foreign;

  function add(profile: string, place: string): void {
    const message = `${profile}: ${place} has a profile of this name that agent-roles did not write`;
    const fix =
      "Rename the profile there, or set another profile in agent-roles.yaml (in AWS_ROLE_N without one). Or run agent-roles run --adopt: it replaces the settings of this section, and keeps a copy of the file.";
    foreign.set(profile, new AgentRolesError(message, { code: "ForeignProfile", retryable: true, fix }));
  }
}
