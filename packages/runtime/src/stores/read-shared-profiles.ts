import type { AgentRolesError } from "../agent-roles-error.ts";
import type { SessionCredentials } from "../session/credentials.ts";
import { foreignProfiles } from "./foreign-profiles.ts";
import { parseManagedNote } from "./managed-note.ts";
import { readSharedTexts } from "../aws-files/read-shared.ts";
import { readSections, type Section } from "../aws-files/sections.ts";
import { sharedPaths } from "../aws-files/shared-paths.ts";
import { profileDirectory, readProfileFile } from "./profile-files.ts";
import { keeperOf } from "./profile-keepers.ts";
import { storeFailed } from "./store-failed.ts";
import type { AccessLevel, Env } from "../role-env/index.ts";

/** A profile that we keep, in the shared credentials file or in a file of its own, with the role of its credentials. */
export interface ManagedProfile {
  readonly profile: string;
  readonly roleArn: string;
  readonly access: AccessLevel;
  readonly credentials: SessionCredentials;
  /** How far AWS's time was ahead of this machine's clock when they were written, milliseconds. */
  readonly clockOffsetMs: number;
  /** The process that keeps it, as the marker line of its section names it; empty after `run --once`. */
  readonly keeper: string;
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
    const texts = await readSharedTexts(paths);
    const withKeys = readSections(texts.credentials).flatMap((section) => managedProfile(section) ?? []);
    const managed = [...withKeys, ...(await processProfiles(texts.config, env))];
    return { managed, foreign: foreignProfiles(texts, paths) };
  } catch (error) {
    throw storeFailed(error, "the shared files");
  }
}

/** The profiles of our sections whose process prints a file of ours. */
async function processProfiles(config: string, env: Env): Promise<readonly ManagedProfile[]> {
  const sections = readSections(config).filter(({ managed, values }) => managed && values["credential_process"]);
  if (sections.length === 0) return [];
  const directory = profileDirectory(env);
  const profiles = await Promise.all(
    sections.map(async ({ header, note }) => {
      const file = await readProfileFile(directory, header.replace(/^profile /, ""));
      return file ? [{ ...file, keeper: keeperOf(note) }] : [];
    }),
  );
  return profiles.flat();
}

function managedProfile({ header, managed, note, values }: Section): ManagedProfile | undefined {
  const facts = managed ? parseManagedNote(note) : undefined;
  const accessKeyId = values["aws_access_key_id"];
  const secretAccessKey = values["aws_secret_access_key"];
  const sessionToken = values["aws_session_token"];
  if (!facts || !accessKeyId || !secretAccessKey || !sessionToken) return undefined;
  const { role, access, issuedAt, expiration } = facts;
  const credentials = { accessKeyId, secretAccessKey, sessionToken, issuedAt, expiration, accountId: role.accountId };
  return { profile: header, roleArn: role.arn, access, credentials, clockOffsetMs: 0, keeper: keeperOf(note) };
}
