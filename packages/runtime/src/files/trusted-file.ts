import { constants } from "node:fs";
import { type FileHandle, lchown, lstat, mkdir, open, readlink, realpath, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AgentRolesError } from "../agent-roles-error.ts";
import { hasErrorCode } from "./error-code.ts";
import { makeDirectory } from "./make-directory.ts";
import { isSticky, isWritableByOthers, type Owner } from "./owner.ts";

/** A file whose location was checked. */
export interface TrustedFile {
  /** A path to use instead of the original one. It leads to the checked directory, also when a part of the original path is replaced later. */
  readonly path: string;
  /** The same path for messages. */
  readonly name: string;
  /** Whether other users can write to its directory: then a lock there proves nothing. Never for root. */
  readonly isShared: boolean;
  /** The user to give new files to. Left out when this is not root. */
  readonly owner?: Owner;
  close(): Promise<void>;
}

/** As many as Linux follows. */
const MOST_SYMLINKS = 40;

/**
 * Opens the directory of a file that is to be replaced, and makes it if it is missing. For root, checks each part of the path, as OpenSSH's
 * StrictModes does: the parts belong to root, or from one directory on all to one user, and nobody else can write to them. Symlinks are
 * followed only where root made them. Otherwise a user could make root write to another file, or get the credentials that root writes.
 * A directory that anybody can create, such as one in /tmp, counts as a user's home only if it is the owner's.
 *
 * @param expected - the user that root writes for. Default: the one whose home the path is in.
 * @throws {AgentRolesError} `StoreFailed` with the part of the path that is not trusted; the file system's error.
 */
export async function openTrustedFile(path: string, expected?: Owner): Promise<TrustedFile> {
  if (process.geteuid?.() !== 0) {
    const target = await realpath(path).catch(() => resolve(path));
    await makeDirectory(dirname(target));
    const info = await lstat(target).catch(() => undefined);
    if (info && ![process.geteuid?.(), 0].includes(info.uid)) throw foreignFile(target, info.uid);
    const isShared = isWritableByOthers(await stat(dirname(target)));
    return { path: target, name: target, isShared, close: async () => undefined };
  }
  let links = 0;
  for (let target = resolve(path); ; links += 1) {
    if (links > MOST_SYMLINKS) throw untrusted(path, "has too many symlinks");
    const found = await walk(target, expected);
    if ("path" in found) return found;
    target = found.link;
  }
}

/** Walks down from `/`. @returns the file, or the path to start again with when a symlink of root's was found. */
async function walk(target: string, expected: Owner | undefined): Promise<TrustedFile | { readonly link: string }> {
  const names = target.split("/").filter(Boolean);
  const base = names.pop();
  if (base === undefined) throw untrusted(target, "is a directory");
  let shown = "/";
  let owner: Owner = { uid: 0, gid: 0 };
  // Anybody can have created what is in it.
  let isPublic = false;
  let directory = await openDirectory("/");
  try {
    for (const name of names) {
      const at = join(childrenOf(directory, shown), name);
      shown = join(shown, name);
      await makeFor(owner, at);
      const link = await followed(at, shown, owner);
      if (link !== undefined) {
        await directory.close();
        return { link: join(link, target.slice(shown.length)) };
      }
      const next = await openDirectory(at);
      await directory.close();
      directory = next;
      const info = await directory.stat();
      const isHome = owner.uid === 0 && info.uid !== 0;
      if (isHome && isPublic && info.uid !== expected?.uid) throw untrusted(shown, `was created by user ${info.uid}`);
      if (!isHome && info.uid !== owner.uid) throw untrusted(shown, `belongs to user ${info.uid}, not to ${owner.uid}`);
      if (isHome) owner = { uid: info.uid, gid: info.gid };
      isPublic = isWritableByOthers(info);
      if (isPublic && !(isSticky(info) && owner.uid === 0)) throw untrusted(shown, "can be written by other users");
    }
    if (isPublic) throw untrusted(shown, "can be written by other users");
    if (expected && owner.uid !== 0 && owner.uid !== expected.uid) {
      throw untrusted(shown, `belongs to user ${owner.uid}, not to ${expected.uid}`);
    }
    const path = join(childrenOf(directory, shown), base);
    const link = await followed(path, target, owner);
    if (link !== undefined) {
      await directory.close();
      return { link };
    }
    const info = await lstat(path).catch(() => undefined);
    const receiver = expected ?? owner;
    if (info && info.uid !== owner.uid && info.uid !== receiver.uid) {
      throw untrusted(target, `belongs to user ${info.uid}, not to ${receiver.uid}`);
    }
    const opened = directory;
    return { path, name: target, isShared: false, owner: receiver, close: () => opened.close() };
  } catch (error) {
    await directory.close();
    throw error;
  }
}

function openDirectory(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
}

/** Linux opens a name in the directory that a descriptor holds, whatever has its path by now. */
function childrenOf({ fd }: FileHandle, shown: string): string {
  return process.platform === "linux" ? `/proc/self/fd/${fd}` : shown;
}

/** Makes a directory that is missing. Never changes the owner of one that is there. */
async function makeFor({ uid, gid }: Owner, path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 });
    await lchown(path, uid, gid);
  } catch (error) {
    if (!hasErrorCode(error, "EEXIST")) throw error;
  }
}

/** Where a symlink of root's leads, in a directory of root's. @throws {AgentRolesError} for another user's symlink. */
async function followed(path: string, shown: string, { uid }: Owner): Promise<string | undefined> {
  const info = await lstat(path).catch(() => undefined);
  if (!info?.isSymbolicLink()) return undefined;
  if (uid !== 0 || info.uid !== 0) throw untrusted(shown, "is a symlink that another user can change");
  return resolve(dirname(shown), await readlink(path));
}

function foreignFile(path: string, uid: number): AgentRolesError {
  return new AgentRolesError(`${path} belongs to user ${uid}`, {
    code: "StoreFailed",
    fix: "Remove the file, or set AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE to files of this user.",
  });
}

function untrusted(path: string, reason: string): AgentRolesError {
  return new AgentRolesError(`${path} ${reason}: root does not write credentials there`, {
    code: "StoreFailed",
    fix: "Run as the user that the credentials are for, use a directory that only root can write to, or name the user with --owner.",
  });
}
