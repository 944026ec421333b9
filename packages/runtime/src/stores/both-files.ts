import { stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { readShared, readSharedTexts, type SharedTexts } from "../aws-files/read-shared.ts";
import { readSections } from "../aws-files/sections.ts";
import { notAFile } from "../files/read-regular-file.ts";
import { removeLeftovers } from "../files/remove-leftovers.ts";
import { replaceFile } from "../files/replace-file.ts";
import type { TrustedFile } from "../files/trusted-file.ts";
import { ConcurrentWriteError } from "./other-writers.ts";

/** The error, with the files' names in place of the paths they were opened by. */
export function withNames(error: unknown, files: readonly TrustedFile[]): unknown {
  if (error instanceof Error) {
    for (const { path, name } of files) error.message = error.message.replaceAll(path, name);
  }
  return error;
}

/** Both files, opened. */
export interface Files {
  readonly credentials: TrustedFile;
  readonly config: TrustedFile;
}

export function readBoth({ config, credentials }: Files): Promise<SharedTexts> {
  return readSharedTexts({ configFile: config.path, credentialsFile: credentials.path }, { noFollow: true });
}

/**
 * Config first: a reader that finds new keys also finds their Region, and one that loses its keys finds the process. Only a
 * profile that loses its process gets its keys before that.
 */
export async function writeBoth(
  { config, credentials }: Files,
  before: SharedTexts,
  after: SharedTexts,
): Promise<void> {
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
  await removeLeftovers(dirname(path), basename(path));
  const beforeRename = async (): Promise<void> => {
    if ((await readShared(path, { noFollow: true })) !== before) throw new ConcurrentWriteError();
  };
  await replaceFile(path, Buffer.from(after, "latin1"), { mode, beforeRename, ...(owner && { owner }) });
}
