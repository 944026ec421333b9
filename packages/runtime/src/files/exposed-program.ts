import { access, constants, realpath, stat } from "node:fs/promises";
import { delimiter, dirname, isAbsolute, join } from "node:path";
import { AgentRolesError } from "../agent-roles-error.ts";
import type { Env } from "../role-env/env.ts";
import { isSticky, isWritableByOthers } from "./owner.ts";

/**
 * Refuses to write a command into `credential_process` that another user can replace: every SDK runs it as the user of the profile.
 *
 * @param words - the program and its arguments; those that are absolute paths of something that exists are checked.
 * @throws {AgentRolesError} `StoreFailed` with the path that another user can change.
 */
export async function refuseExposedCommand(words: readonly string[]): Promise<void> {
  for (const word of words.filter(isAbsolute)) {
    const reason = await replaceableBy(word);
    if (reason !== undefined) throw exposed(word, reason);
  }
}

/**
 * Refuses a command by its name if another user can replace the program, or put one of the same name before it on the `PATH`.
 * A program that is not on the `PATH` is not refused: the `PATH` of the command's reader can be another one.
 *
 * @throws as {@link refuseExposedCommand}.
 */
export async function refuseExposedName(name: string, env: Env): Promise<void> {
  for (const directory of (env["PATH"] ?? "").split(delimiter).filter(isAbsolute)) {
    const program = join(directory, name);
    if (await isExecutable(program)) return refuseExposedCommand([program]);
    const info = await stat(directory).catch(() => undefined);
    if (info?.isDirectory() && isWritableByOthers(info)) {
      throw exposed(program, `${directory}, which is on the PATH: other users can write to it`);
    }
  }
}

/** What lets another user replace a file: its mode or owner, or those of a directory above it. `undefined` when nothing does. */
async function replaceableBy(path: string): Promise<string | undefined> {
  const user = process.geteuid?.();
  const target = await realpath(path).catch(() => undefined);
  if (user === undefined || target === undefined) return undefined;
  for (const each of new Set([target, ...above(target), ...above(path)])) {
    const info = await stat(each);
    if (info.uid !== user && info.uid !== 0) return `${each}: it belongs to user ${info.uid}`;
    if (isWritableByOthers(info) && !(info.isDirectory() && isSticky(info))) {
      return `${each}: other users can write to it`;
    }
  }
  return undefined;
}

function above(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [] : [parent, ...above(parent)];
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function exposed(path: string, reason: string): AgentRolesError {
  return new AgentRolesError(`credential_process: ${path} can be replaced by another user (${reason})`, {
    code: "StoreFailed",
    fix: "Use a program in directories that only this user and root can write to: run chmod go-w on the path, or install it elsewhere.",
  });
}
