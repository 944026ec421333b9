import { lstat, mkdtemp, readdir, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { toAgentRolesError } from "../agent-roles-error.ts";
import { isProcessAlive, processIdentity } from "../files/process-identity.ts";
import { readOwnFile } from "../files/read-regular-file.ts";
import { openCacheDirectory } from "./write-cache-file.ts";

/** Names the process that the directory belongs to. */
const KEEPER = "keeper";

/** A process that was killed while it made the directory left it without a keeper. */
const NO_KEEPER_MS = 60_000;

/** A process of another machine that renewed nothing for longer than a session lasts has ended. */
const SILENT_MS = 13 * 3_600_000;

/** A directory with the files of one process. */
export interface PrivateDirectory {
  readonly path: string;
  /** Shows processes of other machines that the directory is in use. Call it at least every twelve hours. Never fails. */
  readonly touch: () => Promise<void>;
  /** Never fails. What is left is removed by {@link sweepPrivateDirectories}. */
  readonly remove: () => Promise<void>;
}

/**
 * Makes a directory for this process and this user alone (0700), and removes those of processes that were killed.
 *
 * @throws {AgentRolesError} `StoreFailed` when it cannot be made, or other users can replace it.
 */
export async function privateDirectory(parent: string): Promise<PrivateDirectory> {
  const path = await make(parent).catch((error: unknown) => {
    const fix = "Set AGENT_ROLES_CACHE_DIR to a directory that this user can write to.";
    throw toAgentRolesError(error, { code: "StoreFailed", prefix: parent, fix });
  });
  return {
    path,
    touch: () => utimes(path, new Date(), new Date()).catch(() => undefined),
    remove: () => remove(path),
  };
}

async function make(parent: string): Promise<string> {
  await openCacheDirectory(parent);
  await sweepPrivateDirectories(parent);
  const path = await mkdtemp(join(parent, "process-"));
  await writeFile(join(path, KEEPER), await processIdentity(), { flag: "wx", mode: 0o600 });
  return path;
}

/** Removes the directories of processes that have ended, also where another process has got their number. Never fails. */
export async function sweepPrivateDirectories(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  const paths = names.filter((name) => name.startsWith("process-")).map((name) => join(parent, name));
  await Promise.all(paths.map(async (path) => ((await isAbandoned(path)) ? remove(path) : undefined)));
}

async function isAbandoned(path: string): Promise<boolean> {
  const info = await lstat(path).catch(() => undefined);
  if (!info?.isDirectory()) return false;
  const keeper = await readOwnFile(join(path, KEEPER));
  const isAlive = keeper === "" ? undefined : await isProcessAlive(keeper);
  return isAlive === undefined ? Date.now() - info.mtimeMs > (keeper ? SILENT_MS : NO_KEEPER_MS) : !isAlive;
}

function remove(path: string): Promise<void> {
  // A writer that has not ended yet can add a file meanwhile.
  return rm(path, { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
}
