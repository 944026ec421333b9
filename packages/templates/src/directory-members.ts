import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { type InputPath, type InputReader, inside, unreadable } from "./input-reader.ts";
import { isObject } from "./recognize.ts";
import { TrustInputError } from "./trust-input-error.ts";

/** Something of a directory that is read: a file, or a cloud assembly as a whole. */
interface DirectoryMember {
  readonly kind: "file" | "assembly";
  readonly at: InputPath;
}

interface DirectoryMembers {
  readonly members: DirectoryMember[];
  /** The first directory with Terraform configuration. */
  terraform?: string;
}

/** Directories that tools fill for themselves. */
const OF_TOOLS = /^\.|^node_modules$/u;

/**
 * What a directory and those inside it hold; what cannot be looked at is added to the reader's `unread`. The manifest of a
 * cloud assembly decides which of its files count.
 */
export async function directoryMembers(directory: InputPath, reader: InputReader): Promise<DirectoryMembers> {
  const found: DirectoryMembers = { members: [] };
  /** Real paths: a link can lead back to where it is. */
  const seen = new Set<string>();
  const walk = async (at: InputPath): Promise<void> => {
    const real = await reader.resolve(at);
    if (seen.size === seen.add(real).size) return;
    const entries = await readdir(real, { withFileTypes: true }).catch((cause: unknown) => {
      throw unreadable(at.file, cause);
    });
    if (entries.some(({ name }) => name === "manifest.json") && (await isAssembly(at, reader))) {
      found.members.push({ kind: "assembly", at });
      return;
    }
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const member = inside(at, entry.name);
      if (reader.isExcluded(member)) continue;
      if (entry.name.endsWith(".tf")) found.terraform ??= at.file;
      await reader.attempt(() => visit(member, entry));
    }
  };
  const visit = async (at: InputPath, entry: Dirent): Promise<void> => {
    const isLinkToDirectory = entry.isSymbolicLink() && (await isDirectory(at.path));
    if (entry.isDirectory() || isLinkToDirectory) {
      if (!OF_TOOLS.test(entry.name)) await walk(at);
    } else if (/\.(?:json|ya?ml|template)$/iu.test(entry.name)) found.members.push({ kind: "file", at });
  };
  await walk(directory);
  return found;
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}

async function isAssembly(directory: InputPath, reader: InputReader): Promise<boolean> {
  try {
    const { value } = await reader.parse(inside(directory, "manifest.json"));
    return isObject(value) && "artifacts" in value;
  } catch (error) {
    if (!(error instanceof TrustInputError)) throw error;
    return false;
  }
}
