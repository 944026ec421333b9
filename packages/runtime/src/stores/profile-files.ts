import { readdir, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import pLimit from "p-limit";
import { AgentRolesError } from "../agent-roles-error.ts";
import { readShared } from "../aws-files/read-shared.ts";
import { readSections } from "../aws-files/sections.ts";
import { sharedPaths } from "../aws-files/shared-paths.ts";
import { cacheDirectory } from "../cache/cache-directory.ts";
import { entryName } from "../cache/entry-name.ts";
import { errorCode } from "../files/error-code.ts";
import type { Owner } from "../files/owner.ts";
import { readOwnFile } from "../files/read-regular-file.ts";
import { removeLeftovers } from "../files/remove-leftovers.ts";
import { renameOver } from "../files/replace-file.ts";
import { openTrustedFile } from "../files/trusted-file.ts";
import { type Env, parseRoleArn, toAccessLevel } from "../role-env/index.ts";
import { parseJsonObject } from "../role-env/json.ts";
import { malformedField } from "../session/credentials.ts";
import type { StoredCredentials } from "./credential-store.ts";
import { processCredentials } from "./process-credentials.ts";
import type { ManagedProfile } from "./read-shared-profiles.ts";
import type { SharedFilesOptions } from "./shared-files-store.ts";

/** Files that are written at the same time: as many as libuv has threads for. More would only take memory. */
const OPEN_FILES = 4;

/** File systems allow 255 bytes, and the hash and a temporary file's ending need some of them. */
const LONGEST_NAME = 200;

const KEYS = ["accessKeyId", "secretAccessKey", "sessionToken"] as const;

/**
 * The directory of the files that process profiles print, one for each profile: `~/.aws/agent-roles/profiles`. It belongs to one
 * config file, whose sections name the process that keeps a profile. Another config file or cache directory has a subdirectory of its own.
 *
 * @throws {AgentRolesError} `StoreFailed` when there is no home directory.
 */
export function profileDirectory(env: Env): string {
  const cache = resolve(cacheDirectory(env));
  const config = resolve(sharedPaths(env).configFile);
  const isUsual = config === join(dirname(dirname(cache)), "config") && !env["AGENT_ROLES_CACHE_DIR"];
  return isUsual ? join(dirname(cache), "profiles") : join(cache, "profiles", entryName(config));
}

/** The file of one profile. */
export function profileFile(directory: string, profile: string): string {
  return join(directory, fileName(profile));
}

/**
 * Profile names have no `=`, so that no two of them get the same file. On Windows and macOS `Prod.json` and `prod.json` are one
 * file, and Windows reserves `CON.json`: there the name has a hash, too, and so has one that is longer than a file's name can be.
 */
export function fileName(profile: string, platform: NodeJS.Platform = process.platform): string {
  const name = profile.replaceAll(/[%/]/g, (char) => `=${char.charCodeAt(0).toString(16)}`);
  const isAmbiguous = platform === "win32" || platform === "darwin" || name.length > LONGEST_NAME;
  return isAmbiguous ? `${name.slice(0, LONGEST_NAME)}-${entryName(profile)}.json` : `${name}.json`;
}

/**
 * Writes the credentials of each profile in the `credential_process` protocol; a reader sees the old file or the new one. Nothing
 * is flushed to the disk, because a lost file costs one call. Readers compare `Expiration` with this machine's clock, so it is
 * written as that clock will show it.
 *
 * @throws {AgentRolesError} `StoreFailed` when others can write to the directory; the file system's error.
 */
export async function writeProfileFiles(
  directory: string,
  entries: readonly StoredCredentials[],
  { clockOffsetMs = 0, ...options }: FileOptions & { readonly clockOffsetMs: number | undefined },
): Promise<void> {
  const texts = entries.map((entry): readonly [string, string] => {
    const field = KEYS.find((name) => !/^[\x21-\x7e]+$/.test(entry.credentials[name]));
    // Every field was checked where it came from; this is the last guard of a file that programs read credentials from.
    if (field !== undefined) {
      const fix = "Check AWS_ENDPOINT_URL: AWS does not issue such values.";
      throw new AgentRolesError(`${entry.target.profile}: the ${field} is malformed`, { code: "StoreFailed", fix });
    }
    const fields = {
      ...processCredentials(entry, clockOffsetMs),
      IssuedAt: entry.credentials.issuedAt.toISOString(),
      ...(clockOffsetMs !== 0 && { ClockOffsetMs: String(clockOffsetMs) }),
    };
    return [fileName(entry.target.profile), `${JSON.stringify(fields)}\n`];
  });
  await writePrivateFiles(directory, texts, options);
}

export interface FileOptions {
  /** The user that root writes for. */
  readonly owner?: Owner | undefined;
  /** Default: 0600, for the user alone. */
  readonly mode?: number | undefined;
}

/**
 * Replaces files of these names; a reader sees the old text or the new one.
 *
 * @throws as {@link writeProfileFiles}.
 */
export async function writePrivateFiles(
  directory: string,
  texts: readonly (readonly [name: string, text: string])[],
  { owner, mode }: FileOptions = {},
): Promise<void> {
  if (texts.length === 0) return;
  await inTrustedDirectory(directory, owner, async (opened, receiver) => {
    await removeLeftovers(opened);
    await pLimit(OPEN_FILES).map(texts, async ([name, text]) => {
      const file = join(opened, name);
      if ((await readOwnFile(file)) === text) return;
      await renameOver(file, 0o600, async (handle) => {
        await handle.writeFile(text);
        if (mode !== undefined) await handle.chmod(mode);
        if (receiver) await handle.chown(receiver.uid, receiver.gid);
      });
    });
  });
}

/**
 * Removes the files of these profiles, where they are there and no profile of the config file prints them: another process can
 * keep one.
 *
 * @throws as {@link writeProfileFiles}.
 */
export async function removeProfileFiles(
  profiles: readonly string[],
  { env = process.env, owner }: SharedFilesOptions,
): Promise<void> {
  const directory = profileDirectory(env);
  const present = await profilesWithFile(directory, profiles);
  if (present.size === 0) return;
  const printed = readSections(await readShared(sharedPaths(env).configFile)).map(
    ({ values }) => values["credential_process"] ?? "",
  );
  const isPrinted = (profile: string): boolean =>
    printed.some((command) => /[/\\]([^/\\]*)["']$/.exec(command)?.[1] === fileName(profile));
  const unused = [...present].filter((profile) => !isPrinted(profile));
  await inTrustedDirectory(directory, owner, async (opened) => {
    await Promise.all(unused.map((profile) => rm(profileFile(opened, profile), { force: true })));
  });
}

/** Gives the work a path of the directory that keeps leading to it, and the user that root gives files to. */
async function inTrustedDirectory(
  directory: string,
  owner: Owner | undefined,
  work: (opened: string, receiver: Owner | undefined) => Promise<void>,
): Promise<void> {
  const trusted = await openTrustedFile(profileFile(directory, "any"), owner);
  try {
    if (trusted.isShared) {
      const fix =
        "Set AGENT_ROLES_CACHE_DIR to a directory that only this user can write to; agent-roles makes it when it is missing.";
      throw new AgentRolesError(`${directory}: other users can write to it`, { code: "StoreFailed", fix });
    }
    await work(dirname(trusted.path), trusted.owner);
  } finally {
    await trusted.close();
  }
}

/** Those of the profiles that have a file. @throws the file system's error. */
export async function profilesWithFile(directory: string, profiles: readonly string[]): Promise<Set<string>> {
  const files = await readdir(directory).catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR"].includes(errorCode(error))) return [];
    throw error;
  });
  const names = new Set(files);
  return new Set(profiles.filter((profile) => names.has(fileName(profile))));
}

/** The profile that {@link writeProfileFile} wrote; `undefined` when there is none, or something else. */
export async function readProfileFile(
  directory: string,
  profile: string,
): Promise<Omit<ManagedProfile, "keeper"> | undefined> {
  const text = await readOwnFile(profileFile(directory, profile));
  const fields = parseTexts(text);
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = fields;
  const role = parseRoleArn(fields["RoleArn"] ?? "");
  const clockOffsetMs = Number(fields["ClockOffsetMs"] ?? 0);
  const issuedAt = new Date(fields["IssuedAt"] ?? "");
  const expiration = new Date(Date.parse(fields["Expiration"] ?? "") + clockOffsetMs);
  const access = toAccessLevel(fields["Access"]);
  if (!role || !access || !accessKeyId || !secretAccessKey || !sessionToken) return undefined;
  const credentials = { accessKeyId, secretAccessKey, sessionToken, issuedAt, expiration, accountId: role.accountId };
  return malformedField(credentials) === undefined
    ? { profile, roleArn: role.arn, access, credentials, clockOffsetMs }
    : undefined;
}

/** The properties of a JSON object that are texts. */
function parseTexts(text: string): Readonly<Record<string, string>> {
  const entries = Object.entries(parseJsonObject(text) ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
