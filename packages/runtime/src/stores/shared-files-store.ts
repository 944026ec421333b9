import { realpath, stat } from "node:fs/promises";
import type { AgentRolesError } from "../agent-roles-error.ts";
import type { CredentialStore, RefusedCredentials, StoredCredentials } from "./credential-store.ts";
import { foreignProfiles, type SharedTexts } from "./foreign-profiles.ts";
import { notAFile, readShared } from "../aws-files/read-shared.ts";
import { removeLeftovers } from "../files/remove-leftovers.ts";
import { editSections, readSections, type SectionEdit } from "../aws-files/sections.ts";
import { withFileLock } from "./shared-file-lock.ts";
import { requireTwoFiles, type SharedPaths, sharedPaths } from "../aws-files/shared-paths.ts";
import { storeFailed } from "./store-failed.ts";
import { ConcurrentWriteError, retryOnConflict } from "./retry-on-conflict.ts";
import { replaceFile } from "../files/replace-file.ts";
import type { Env } from "../role-env/env.ts";

export interface SharedFilesOptions {
  /** Tells where the files are. Default: `process.env`. */
  readonly env?: Env;
  /** Take over profiles of the same name that somebody else wrote, replacing their settings. Default: false. */
  readonly adopt?: boolean;
}

/** How a profile is written: a section in each file, or none. */
export interface ProfileForm {
  /** Which of the two files the store is known by. */
  readonly file: keyof SharedPaths;
  readonly config: (entry: StoredCredentials) => SectionEdit;
  readonly credentials: (entry: StoredCredentials) => SectionEdit;
}

/**
 * Keeps profiles in AWS's shared credentials and config files. Only sections marked as ours are touched; a profile of the same
 * name that is not ours is refused with its file and line.
 *
 * @throws {AgentRolesError} `StoreFailed` when there is no home directory; from the store's calls when a file cannot be read,
 * locked or written.
 */
export function sharedFilesStore(form: ProfileForm, options: SharedFilesOptions): CredentialStore {
  const paths = sharedPaths(options.env ?? process.env);
  const adopt = options.adopt ?? false;
  const locked = async <T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    try {
      await requireTwoFiles(paths);
      return await withFileLock(
        paths.credentialsFile,
        () => withFileLock(paths.configFile, () => retryOnConflict(work), signal),
        signal,
      );
    } catch (error) {
      throw storeFailed(error, paths[form.file]);
    }
  };
  return {
    name: paths[form.file],
    put: (entries, { signal } = {}) => locked(() => put(entries, { paths, form, adopt }), signal),
    remove: (profiles, { signal } = {}) => locked(() => remove(profiles, paths), signal),
  };
}

interface PutOptions {
  readonly paths: SharedPaths;
  readonly form: ProfileForm;
  readonly adopt: boolean;
}

async function put(
  entries: readonly StoredCredentials[],
  { paths, form, adopt }: PutOptions,
): Promise<readonly RefusedCredentials[]> {
  const before = await readBoth(paths);
  const inConfig = new Set(entries.filter((each) => form.config(each).lines).map(({ target }) => target.profile));
  const foreign = adopt ? new Map<string, AgentRolesError>() : foreignProfiles(before, paths, inConfig);
  const taken = entries.filter(({ target }) => !foreign.has(target.profile));
  await writeBoth(paths, before, {
    config: editSections(before.config, taken.map(form.config), adopt),
    credentials: editSections(before.credentials, taken.map(form.credentials), adopt),
  });
  return entries.flatMap(({ target }) => {
    const error = foreign.get(target.profile);
    return error ? [{ target, error }] : [];
  });
}

async function remove(profiles: readonly string[], paths: SharedPaths): Promise<void> {
  const before = await readBoth(paths);
  const without = (text: string, prefix: string): string =>
    editSections(
      text,
      profiles.map((profile) => ({ header: prefix + profile, note: "" })),
    );
  await writeBoth(paths, before, {
    config: without(before.config, "profile "),
    credentials: without(before.credentials, ""),
  });
}

async function readBoth(paths: SharedPaths): Promise<SharedTexts> {
  return { config: await readShared(paths.configFile), credentials: await readShared(paths.credentialsFile) };
}

/**
 * Config first: a reader that finds new keys also finds their Region, and one that loses its keys finds the process. Only a
 * profile that loses its process gets its keys before that.
 */
async function writeBoth(paths: SharedPaths, before: SharedTexts, after: SharedTexts): Promise<void> {
  const writeConfig = (): Promise<void> =>
    writeShared(paths.configFile, before.config, after.config, { keepsMode: true });
  const writeCredentials = (): Promise<void> =>
    writeShared(paths.credentialsFile, before.credentials, after.credentials);
  const keysFirst = processes(after.config) < processes(before.config);
  if (keysFirst) await writeCredentials();
  await writeConfig();
  if (!keysFirst) await writeCredentials();
}

/** How many of our profiles have a process. */
function processes(config: string): number {
  return readSections(config).filter(({ managed, values }) => managed && values["credential_process"]).length;
}

async function writeShared(path: string, before: string, after: string, { keepsMode = false } = {}): Promise<void> {
  if (after === before) return;
  const info = await stat(path).catch(() => undefined);
  // The rename would put a file in the place of /dev/null.
  if (info && !info.isFile()) throw notAFile(path);
  // The config file holds no secret: it keeps the mode that its owner gave it.
  const mode = keepsMode && info ? info.mode & 0o777 : 0o600;
  await removeLeftovers(await realpath(path).catch(() => path));
  const beforeRename = async (): Promise<void> => {
    if ((await readShared(path)) !== before) throw new ConcurrentWriteError();
  };
  await replaceFile(path, Buffer.from(after, "latin1"), { mode, beforeRename });
}
