import { readdir, realpath } from "node:fs/promises";
import { inside } from "./cloud-assembly.ts";
import type { InputPath } from "./nested-templates.ts";
import { parseText } from "./source/parse-text.ts";
import { isDirectory, readInput, unreadable } from "./read-input.ts";

/** Something of a directory that is read: a file, or a cloud assembly as a whole. */
export interface DirectoryMember {
  readonly kind: "file" | "assembly";
  readonly at: InputPath;
}

/** Directories that tools fill for themselves. */
const OF_TOOLS = /^\.|^node_modules$/u;

/**
 * What a directory and those inside it hold. An assembly's own manifest says what of it counts.
 *
 * @param seen - real paths: a link may lead back to where it stands.
 * @throws {TrustInputError} when one of them cannot be read.
 */
export async function directoryMembers(
  directory: InputPath,
  largestBytes: number,
  seen: Set<string> = new Set(),
): Promise<readonly DirectoryMember[]> {
  const names = await namesIn(directory);
  const place = await realpath(directory.path);
  if (seen.has(place)) return [];
  seen.add(place);
  if (names.includes("manifest.json") && (await isAssembly(directory, largestBytes))) {
    return [{ kind: "assembly", at: directory }];
  }
  const members: DirectoryMember[] = [];
  for (const name of names) {
    const at = inside(directory, name);
    const isRead = /\.(?:json|ya?ml|template)$/iu.test(name);
    const isInner = await isDirectory(at.path, at.file).catch((cause: unknown) => {
      // A link that leads nowhere matters only where its name says that it is read.
      if (isRead) throw cause;
      return false;
    });
    if (isInner && OF_TOOLS.test(name)) continue;
    if (isInner) members.push(...(await directoryMembers(at, largestBytes, seen)));
    else if (isRead) members.push({ kind: "file", at });
  }
  return members;
}

async function isAssembly(directory: InputPath, largestBytes: number): Promise<boolean> {
  const { path, file } = inside(directory, "manifest.json");
  const { value } = parseText(await readInput(path, file, largestBytes), file);
  return typeof value === "object" && value !== null && "artifacts" in value;
}

async function namesIn({ path, file }: InputPath): Promise<readonly string[]> {
  try {
    return (await readdir(path)).toSorted();
  } catch (cause) {
    throw unreadable(file, cause);
  }
}
