import type { AgentRolesError } from "../agent-roles-error.ts";
import type { SessionCredentials } from "../session/credentials.ts";
import { foreignProfiles } from "./foreign-profiles.ts";
import { parseManagedNote } from "./managed-note.ts";
import { readShared } from "../aws-files/read-shared.ts";
import { readSections, type Section } from "../aws-files/sections.ts";
import { sharedPaths } from "../aws-files/shared-paths.ts";
import { storeFailed } from "./store-failed.ts";
import type { Env } from "../role-env/env.ts";

/** A profile of the shared credentials file that we keep, with the role its credentials came from. */
export interface ManagedProfile {
  readonly profile: string;
  readonly roleArn: string;
  readonly credentials: SessionCredentials;
}

/** What the shared files hold, seen from our side. */
export interface SharedProfiles {
  readonly managed: readonly ManagedProfile[];
  /** Profiles that something else wrote, each with the error that names its place. */
  readonly foreign: ReadonlyMap<string, AgentRolesError>;
}

/**
 * Reads the shared credentials and config files; a missing file has no profiles.
 *
 * @throws {AgentRolesError} `StoreFailed` when a file is there and cannot be read.
 */
export async function readSharedProfiles(env: Env = process.env): Promise<SharedProfiles> {
  const paths = sharedPaths(env);
  try {
    const credentials = await readShared(paths.credentialsFile);
    const config = await readShared(paths.configFile);
    const managed = readSections(credentials).flatMap((section) => managedProfile(section) ?? []);
    return { managed, foreign: foreignProfiles({ credentials, config }, paths) };
  } catch (error) {
    throw storeFailed(error, paths.credentialsFile);
  }
}

function managedProfile({ header, managed, note, values }: Section): ManagedProfile | undefined {
  const facts = managed ? parseManagedNote(note) : undefined;
  const accessKeyId = values["aws_access_key_id"];
  const secretAccessKey = values["aws_secret_access_key"];
  const sessionToken = values["aws_session_token"];
  if (!facts || !accessKeyId || !secretAccessKey || !sessionToken) return undefined;
  const { role, issuedAt, expiration } = facts;
  const credentials = { accessKeyId, secretAccessKey, sessionToken, issuedAt, expiration, accountId: role.accountId };
  return { profile: header, roleArn: role.arn, credentials };
}
