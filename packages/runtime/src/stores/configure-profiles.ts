import { refuseExposedCommand } from "../files/exposed-program.ts";
import type { TargetRole } from "../role-env/index.ts";
import type { SessionCredentials } from "../session/credentials.ts";
import type { RefusedCredentials } from "./credential-store.ts";
import { withoutProfileFiles } from "./profile-store.ts";
import { processCommand } from "./process-command.ts";
import { profileSection, type SharedFilesOptions, sharedFilesStore } from "./shared-files-store.ts";

export interface ConfigureProfilesOptions extends SharedFilesOptions {
  /** The program with an absolute path, and its arguments; `--profile NAME` is added to them. */
  readonly command: readonly string[];
  /** Whose shell splits the command. Default: this machine's. */
  readonly platform?: NodeJS.Platform;
}

/**
 * Gives every role a profile with a `credential_process` in AWS's config file. SDKs run it, and run it again before the
 * credentials expire. Keys and files that we wrote for the profile before are removed, because SDKs prefer keys.
 *
 * @returns the profiles that are refused, because another tool wrote them.
 * @throws {AgentRolesError} `StoreFailed` when there is no home directory, when the command cannot be written so that every
 * SDK reads it back, when another user can replace the program, or when a file cannot be read or written.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export async function configureProfiles(
  roles: readonly TargetRole[],
  options: ConfigureProfilesOptions,
): Promise<readonly RefusedCredentials[]> {
  const { command, platform = process.platform } = options;
  await refuseExposedCommand(command);
  const lines = (profile: string): string[] => [
    `credential_process = ${processCommand([...command, "--profile", profile], platform)}`,
  ];
  const store = sharedFilesStore(
    {
      file: "configFile",
      config: ({ target }) => profileSection(target, lines(target.profile)),
      credentials: ({ target }) => ({ header: target.profile, note: "" }),
    },
    options,
  );
  return withoutProfileFiles(store, options).put(roles.map((target) => ({ target, credentials: NONE })));
}

/** No section that is written above has any of them. */
const NONE: SessionCredentials = {
  accessKeyId: "",
  secretAccessKey: "",
  sessionToken: "",
  accountId: "",
  issuedAt: new Date(0),
  expiration: new Date(0),
};
