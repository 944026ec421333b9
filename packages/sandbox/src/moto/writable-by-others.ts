import { lstat, readlink, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";

const ROOT = 0;
/** Groups whose members can become root: root, and admin of macOS, which owns Homebrew's directories. */
const ROOT_GROUPS: ReadonlySet<number> = new Set(process.platform === "darwin" ? [0, 80] : [0]);
const GROUP_WRITE = 0o020;
const OTHER_WRITE = 0o002;
const STICKY = 0o1000;

/**
 * Checks each path component of a program, and of the links that lead to it, as OpenSSH's StrictModes does.
 *
 * @param uid the user that runs the program; without one (Windows) nothing is checked.
 * @returns why another user can replace the program, or `undefined`.
 */
export async function writableByOthers(
  file: string,
  uid: number | undefined = process.getuid?.(),
): Promise<string | undefined> {
  if (uid === undefined) return undefined;
  for (let path = file; ; path = dirname(path)) {
    const found = await stat(path);
    if (found.uid !== uid && found.uid !== ROOT) return `${path} belongs to another user (uid ${found.uid})`;
    // A group with the user's own ID has no other members.
    const groupIsPrivate = ROOT_GROUPS.has(found.gid) || found.gid === uid;
    const writable = found.mode & (groupIsPrivate ? OTHER_WRITE : OTHER_WRITE | GROUP_WRITE);
    // In a sticky directory, such as /tmp, only the owner of a file can replace it.
    if (writable && !(found.isDirectory() && found.mode & STICKY)) return `other users can write to ${path}`;
    if (path === dirname(path)) break;
  }
  const isLink = (await lstat(file)).isSymbolicLink();
  return isLink ? writableByOthers(resolve(dirname(file), await readlink(file)), uid) : undefined;
}
