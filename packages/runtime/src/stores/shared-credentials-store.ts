import type { AgentRolesError } from "../agent-roles-error.ts";
import { stat } from "node:fs/promises";
import type { CredentialStore, RefusedCredentials, StoredCredentials } from "./credential-store.ts";
import { foreignProfiles } from "./foreign-profiles.ts";
import { formatManagedNote } from "./managed-note.ts";
import { readShared } from "./read-shared.ts";
import { editSections, type SectionEdit } from "./shared-file.ts";
import { withFileLock } from "./shared-file-lock.ts";
import { type SharedPaths, sharedPaths } from "./shared-paths.ts";
import { storeFailed } from "./store-failed.ts";
import { writePrivateFile } from "./write-private-file.ts";

export interface SharedCredentialsStoreOptions {
  /** Tells where the files are. Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Take over profiles of the same name that somebody else wrote, replacing their settings. Default: false. */
  readonly adopt?: boolean;
}

/**
 * Keeps profiles in AWS's shared credentials file, and their Regions in the config file. Only sections marked as ours are
 * touched; a profile of the same name that is not ours is refused with its file and line.
 *
 * @throws {AgentRolesError} `StoreFailed` when there is no home folder; from `put` when a file cannot be read or written.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export function sharedCredentialsStore(options: SharedCredentialsStoreOptions = {}): CredentialStore {
  const paths = sharedPaths(options.env ?? process.env);
  const adopt = options.adopt ?? false;
  return {
    name: paths.credentialsFile,
    put: async (entries) => {
      try {
        return await withFileLock(paths.credentialsFile, () =>
          withFileLock(paths.configFile, () => put(entries, paths, adopt)),
        );
      } catch (error) {
        throw storeFailed(error, paths.credentialsFile);
      }
    },
  };
}

async function put(
  entries: readonly StoredCredentials[],
  paths: SharedPaths,
  adopt: boolean,
): Promise<readonly RefusedCredentials[]> {
  const credentials = await readShared(paths.credentialsFile);
  const config = await readShared(paths.configFile);
  const foreign = adopt ? new Map<string, AgentRolesError>() : foreignProfiles(credentials, config, paths);
  const taken = entries.filter(({ target }) => !foreign.has(target.profile));
  // Region first: a reader that finds the new keys also finds where to use them.
  const configText = editSections(config, taken.map(configSection), adopt);
  if (configText !== config) await writeShared(paths.configFile, configText, await modeOf(paths.configFile));
  const credentialsText = editSections(credentials, taken.map(credentialsSection), adopt);
  if (credentialsText !== credentials) await writeShared(paths.credentialsFile, credentialsText);
  return entries.flatMap(({ target }) => {
    const error = foreign.get(target.profile);
    return error ? [{ target, error }] : [];
  });
}

function credentialsSection(entry: StoredCredentials): SectionEdit {
  const { accessKeyId, secretAccessKey, sessionToken } = entry.credentials;
  return {
    header: entry.target.profile,
    note: formatManagedNote(entry),
    lines: [
      `aws_access_key_id = ${accessKeyId}`,
      `aws_secret_access_key = ${secretAccessKey}`,
      `aws_session_token = ${sessionToken}`,
    ],
  };
}

function configSection({ target }: StoredCredentials): SectionEdit {
  const { profile, region, role } = target;
  const note = `do not edit; role=${role.arn}`;
  return { header: `profile ${profile}`, note, ...(region && { lines: [`region = ${region}`] }) };
}

async function writeShared(path: string, text: string, mode?: number): Promise<void> {
  await writePrivateFile(path, Buffer.from(text, "latin1"), mode);
}

/** The config file holds no secret: it keeps the mode that its owner gave it. */
async function modeOf(path: string): Promise<number | undefined> {
  return stat(path).then(
    ({ mode }) => mode & 0o777,
    () => undefined,
  );
}
