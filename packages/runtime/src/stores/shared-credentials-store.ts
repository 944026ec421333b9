import type { CredentialStore } from "./credential-store.ts";
import { formatManagedNote } from "./managed-note.ts";
import { withoutProfileFiles } from "./profile-store.ts";
import { profileSection, type SharedFilesOptions, sharedFilesStore } from "./shared-files-store.ts";

export type SharedCredentialsStoreOptions = SharedFilesOptions;

/**
 * Keeps the keys of every profile in AWS's shared credentials file, and its Region in the config file. Only sections marked as
 * ours are touched; a profile of the same name that is not ours is refused with its file and line.
 *
 * @throws {AgentRolesError} `StoreFailed` when there is no home directory; from `put` when a file cannot be read or written.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export function sharedCredentialsStore(options: SharedCredentialsStoreOptions = {}): CredentialStore {
  const store = sharedFilesStore(
    {
      file: "credentialsFile",
      config: ({ target }) => profileSection(target),
      credentials: (entry) => ({
        header: entry.target.profile,
        note: formatManagedNote(entry),
        lines: [
          `aws_access_key_id = ${entry.credentials.accessKeyId}`,
          `aws_secret_access_key = ${entry.credentials.secretAccessKey}`,
          `aws_session_token = ${entry.credentials.sessionToken}`,
        ],
      }),
    },
    options,
  );
  return withoutProfileFiles(store, options);
}
