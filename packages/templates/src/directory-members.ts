import { isRecord } from "@agent-roles/iam";
import { type Dirent, readdirSync, statSync } from "node:fs";
import { type InputPath, type InputReader, inside, unreadable } from "./input-reader.ts";
import { attempt } from "./trust-input-error.ts";

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
export function directoryMembers(directory: InputPath, reader: InputReader): DirectoryMembers {
  const found: DirectoryMembers = { members: [] };
  /** Real paths: a link can lead back to where it is. */
  const seen = new Set<string>();
  const walk = (at: InputPath): void => {
    const real = reader.resolve(at);
    if (seen.size === seen.add(real).size) return;
    const entries = entriesOf({ ...at, path: real });
    if (entries.some(({ name }) => name === "manifest.json") && isAssembly(at, reader)) {
      found.members.push({ kind: "assembly", at });
      return;
    }
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      const member = inside(at, entry.name);
      if (reader.isExcluded(member)) continue;
      if (entry.name.endsWith(".tf")) found.terraform ??= at.file;
      reader.attempt(() => visit(member, entry));
    }
  };
  const visit = (at: InputPath, entry: Dirent): void => {
    const isLinkToDirectory = entry.isSymbolicLink() && isDirectory(at.path);
    if (entry.isDirectory() || isLinkToDirectory) {
      if (!OF_TOOLS.test(entry.name)) walk(at);
    } else if (/\.(?:json|ya?ml|template)$/iu.test(entry.name)) found.members.push({ kind: "file", at });
  };
  walk(directory);
  return found;
}

function entriesOf({ path, file }: InputPath): readonly Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

/** Links that lead nowhere are none. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function isAssembly(directory: InputPath, reader: InputReader): boolean {
  const manifest = attempt(
    () => reader.parse(inside(directory, "manifest.json")),
    () => undefined,
  );
  return isRecord(manifest?.value) && "artifacts" in manifest.value;
}
