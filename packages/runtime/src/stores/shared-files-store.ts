import { stat } from "node:fs/promises";
import type { AgentRolesError } from "../agent-roles-error.ts";
import type { CredentialStore, RefusedCredentials, StoredCredentials } from "./credential-store.ts";
import { foreignProfiles, type SharedTexts } from "./foreign-profiles.ts";
import { readShared } from "../aws-files/read-shared.ts";
import { notAFile } from "../files/read-regular-file.ts";
import { removeLeftovers } from "../files/remove-leftovers.ts";
import { editSections, readSections, type SectionEdit } from "../aws-files/sections.ts";
import { withFileLock } from "./shared-file-lock.ts";
import { requireTwoFiles, type SharedPaths, sharedPaths } from "../aws-files/shared-paths.ts";
import { storeFailed } from "./store-failed.ts";
import { ConcurrentWriteError, retryOnConflict } from "./retry-on-conflict.ts";
import type { Owner } from "../files/owner.ts";
import { replaceFile } from "../files/replace-file.ts";
import { openTrustedFile, type TrustedFile } from "../files/trusted-file.ts";
import type { Env } from "../role-env/env.ts";

export interface SharedFilesOptions {
  /** Tells where the files are. Default: `process.env`. */
  readonly env?: Env;
  /** Take over profiles of the same name that somebody else wrote, replacing their settings. Default: false. */
  readonly adopt?: boolean;
  /** The user that root writes for. Default: the one whose home the files are in. */
  readonly owner?: Owner;
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
  const locked = async <T>(work: (files: Files) => Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
    const opened: TrustedFile[] = [];
    const open = async (path: string): Promise<TrustedFile> => {
      const file = await openTrustedFile(path, options.owner);
      opened.push(file);
      return file;
    };
    try {
      await requireTwoFiles(paths);
      const credentials = await open(paths.credentialsFile);
      const config = await open(paths.configFile);
      const edit = (): Promise<T> => retryOnConflict(() => work({ credentials, config }));
      const alone = <R>({ path, isShared }: TrustedFile, next: () => Promise<R>): Promise<R> =>
        isShared ? next() : withFileLock(path, next, signal);
      return await alone(credentials, () => alone(config, edit));
    } catch (error) {
      throw storeFailed(withNames(error, opened), paths[form.file]);
    } finally {
      await Promise.all(opened.map((file) => file.close()));
    }
  };
  return {
    name: paths[form.file],
    put: (entries, { signal } = {}) => locked((files) => put(entries, { files, paths, form, adopt }), signal),
    remove: (profiles, { signal } = {}) => locked((files) => remove(profiles, files), signal),
  };
}

/** The error, with the files' names in place of the paths they were opened by. */
function withNames(error: unknown, files: readonly TrustedFile[]): unknown {
  if (error instanceof Error) {
    for (const { path, name } of files) error.message = error.message.replaceAll(path, name);
  }
  return error;
}

/** Both files, opened. */
interface Files {
  readonly credentials: TrustedFile;
  readonly config: TrustedFile;
}

interface PutOptions {
  readonly files: Files;
  readonly paths: SharedPaths;
  readonly form: ProfileForm;
  readonly adopt: boolean;
}

async function put(
  entries: readonly StoredCredentials[],
  { files, paths, form, adopt }: PutOptions,
): Promise<readonly RefusedCredentials[]> {
  const before = await readBoth(files);
  const inConfig = new Set(entries.filter((each) => form.config(each).lines).map(({ target }) => target.profile));
  const foreign = adopt ? new Map<string, AgentRolesError>() : foreignProfiles(before, paths, inConfig);
  const taken = entries.filter(({ target }) => !foreign.has(target.profile));
  await writeBoth(files, before, {
    config: editSections(before.config, taken.map(form.config), adopt),
    credentials: editSections(before.credentials, taken.map(form.credentials), adopt),
  });
  return entries.flatMap(({ target }) => {
    const error = foreign.get(target.profile);
    return error ? [{ target, error }] : [];
  });
}

async function remove(profiles: readonly string[], files: Files): Promise<void> {
  const before = await readBoth(files);
  const without = (text: string, prefix: string): string =>
    editSections(
      text,
      profiles.map((profile) => ({ header: prefix + profile, note: "" })),
    );
  await writeBoth(files, before, {
    config: without(before.config, "profile "),
    credentials: without(before.credentials, ""),
  });
}

async function readBoth({ config, credentials }: Files): Promise<SharedTexts> {
  const options = { noFollow: true };
  return { config: await readShared(config.path, options), credentials: await readShared(credentials.path, options) };
}

/**
 * Config first: a reader that finds new keys also finds their Region, and one that loses its keys finds the process. Only a
 * profile that loses its process gets its keys before that.
 */
async function writeBoth({ config, credentials }: Files, before: SharedTexts, after: SharedTexts): Promise<void> {
  const writeConfig = (): Promise<void> => writeShared(config, before.config, after.config, { keepsMode: true });
  const writeCredentials = (): Promise<void> => writeShared(credentials, before.credentials, after.credentials);
  const keysFirst = processes(after.config) < processes(before.config);
  if (keysFirst) await writeCredentials();
  await writeConfig();
  if (!keysFirst) await writeCredentials();
}

/** How many of our profiles have a process. */
function processes(config: string): number {
  return readSections(config).filter(({ managed, values }) => managed && values["credential_process"]).length;
}

async function writeShared(
  { path, owner }: TrustedFile,
  before: string,
  after: string,
  { keepsMode = false } = {},
): Promise<void> {
  if (after === before) return;
  const info = await stat(path).catch(() => undefined);
  // The rename would put a file in the place of /dev/null.
  if (info && !info.isFile()) throw notAFile(path);
  // The config file holds no secret: it keeps the mode that its owner gave it.
  const mode = keepsMode && info ? info.mode & 0o777 : 0o600;
  await removeLeftovers(path);
  const beforeRename = async (): Promise<void> => {
    if ((await readShared(path, { noFollow: true })) !== before) throw new ConcurrentWriteError();
  };
  await replaceFile(path, Buffer.from(after, "latin1"), { mode, beforeRename, ...(owner && { owner }) });
}
