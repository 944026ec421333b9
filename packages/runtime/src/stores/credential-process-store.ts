import type { CredentialStore } from "./credential-store.ts";
import { profileSection } from "./profile-section.ts";
import { processCommand } from "./process-command.ts";
import { type SharedFilesOptions, sharedFilesStore } from "./shared-files-store.ts";

export interface CredentialProcessStoreOptions extends SharedFilesOptions {
  /** The program with an absolute path, and its arguments; `--profile NAME` is added to them. */
  readonly command: readonly string[];
  /** Whose shell splits the command. Default: this machine's. */
  readonly platform?: NodeJS.Platform;
}

/**
 * Gives every profile a `credential_process` in AWS's config file. SDKs run it and ask it again before the credentials expire, so
 * the files change when a role does, not when its credentials do. Keys that we wrote for the profile before are removed, for
 * SDKs prefer them.
 *
 * @throws {AgentRolesError} `StoreFailed` when there is no home directory, or when the command cannot be written so that every
 * SDK reads it back; from `put` when a file cannot be read or written.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export function credentialProcessStore(options: CredentialProcessStoreOptions): CredentialStore {
  const { command, platform = process.platform } = options;
  const commandFor = (profile: string): string => processCommand([...command, "--profile", profile], platform);
  // Fails before anything is rotated.
  commandFor("any");
  return sharedFilesStore(
    {
      file: "configFile",
      config: ({ target }) => profileSection(target, [`credential_process = ${commandFor(target.profile)}`]),
      credentials: ({ target }) => ({ header: target.profile, note: "" }),
    },
    options,
  );
}
