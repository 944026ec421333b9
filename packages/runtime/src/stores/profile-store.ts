import type { CredentialStore, StoredCredentials } from "./credential-store.ts";
import { refuseExposedName } from "../files/exposed-program.ts";
import { printFileCommand } from "./process-command.ts";
import {
  profileDirectory,
  profileFile,
  profilesWithFile,
  removeProfileFiles,
  writeProfileFiles,
} from "./profile-files.ts";
import { profileSection, type SharedFilesOptions, sharedFilesStore } from "./shared-files-store.ts";
import { storeFailed } from "./store-failed.ts";

export interface ProfileStoreOptions extends SharedFilesOptions {
  /** Whose command prints a file. Default: this machine's. */
  readonly platform?: NodeJS.Platform;
  /** Of the profile files. Default: 0600; `GROUP_FILE_MODE` after `shareProfiles`. */
  readonly fileMode?: number;
}

/**
 * Keeps the credentials of every profile in a file of its own, which the profile's `credential_process` prints. SDKs read it again
 * before the credentials expire, without Node and without the master's credentials. Keys that we wrote for the profile before
 * are removed, because SDKs prefer them.
 *
 * @throws {AgentRolesError} `StoreFailed` when there is no home directory, or its path cannot be written so that every SDK reads
 * it back; from the store's calls when a file cannot be read or written.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export function profileStore(options: ProfileStoreOptions = {}): CredentialStore {
  const { env = process.env, platform = process.platform, owner, task, fileMode: mode } = options;
  const directory = profileDirectory(env);
  const print = (profile: string): string => printFileCommand(profileFile(directory, profile), platform);
  // A path that no config file can hold is reported before anything is rotated.
  print("any");
  const sections = sharedFilesStore(
    {
      file: "configFile",
      config: ({ target, credentials: { expiration } }) => {
        const section = profileSection(target, [`credential_process = ${print(target.profile)}`]);
        if (task === undefined) return section;
        const ofTask = `task=${encodeURIComponent(task)} expiration=${expiration.toISOString()}`;
        return { ...section, note: `${section.note} ${ofTask}` };
      },
      credentials: ({ target }) => ({ header: target.profile, note: "" }),
    },
    options,
  );
  const kept = new Set<string>();
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      throw storeFailed(error, directory);
    }
  };
  return {
    name: sections.name,
    put: (entries, callOptions) =>
      guarded(async () => {
        if (platform !== "win32") await refuseExposedName("cat", env);
        const writing = { owner, mode, clockOffsetMs: callOptions?.clockOffsetMs };
        // A reader that finds a new profile finds its file. A file that is there already can be that of another process.
        const present = await profilesWithFile(directory, profilesOf(entries));
        const added = entries.filter(({ target }) => !present.has(target.profile));
        await writeProfileFiles(directory, added, writing);
        const refused = await sections.put(entries, callOptions);
        // A refusal that is not retried is a report: the profile is ours, and another process wants it.
        const isRefused = ({ target }: StoredCredentials): boolean =>
          refused.some((each) => each.target === target && each.error.retryable);
        await removeProfileFiles(profilesOf(added.filter(isRefused)), options);
        const taken = entries.filter((entry) => !added.includes(entry) && !isRefused(entry));
        await writeProfileFiles(directory, taken, writing);
        for (const entry of entries) if (!isRefused(entry)) kept.add(entry.target.profile);
        return refused;
      }),
    remove: (profiles, callOptions) =>
      guarded(async () => {
        await sections.remove(profiles, callOptions);
        await removeProfileFiles(profiles, options);
        for (const profile of profiles) kept.delete(profile);
      }),
    missing: async (settleMs) => {
      const present = await profilesWithFile(directory, [...kept]);
      const withoutFile = [...kept].filter((profile) => !present.has(profile));
      return [...new Set([...withoutFile, ...(await sections.missing(settleMs))])];
    },
  };
}

/** A store that gives readers their credentials in another way: the files of {@link profileStore} for its profiles are removed. */
export function withoutProfileFiles(store: CredentialStore, options: SharedFilesOptions): CredentialStore {
  const discard = async (profiles: readonly string[]): Promise<void> => {
    // Without a home directory there are none.
    await removeProfileFiles(profiles, options).catch(() => undefined);
  };
  return {
    ...store,
    put: async (entries, callOptions) => {
      const refused = await store.put(entries, callOptions);
      await discard(profilesOf(entries.filter(({ target }) => !refused.some((each) => each.target === target))));
      return refused;
    },
    remove: async (profiles, callOptions) => {
      await store.remove(profiles, callOptions);
      await discard(profiles);
    },
  };
}

function profilesOf(entries: readonly StoredCredentials[]): string[] {
  return entries.map(({ target }) => target.profile);
}
