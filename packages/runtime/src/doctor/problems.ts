import { access, constants, lstat, statfs } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { AgentRolesError, toAgentRolesError } from "../agent-roles-error.ts";
import { hasErrorCode } from "../files/error-code.ts";
import { expandHome } from "../files/home-directory.ts";
import { isProcessAlive } from "../files/process-identity.ts";
import { lockHolder } from "../files/process-lock.ts";
import { readRegularFile } from "../files/read-regular-file.ts";
import { type Diagnostic, type Env, formatDiagnostic } from "../role-env/index.ts";
import { storeFailed } from "../stores/store-failed.ts";
import type { PlacedSection } from "./facts.ts";

/** A mistake that a check finds. */
export interface Problem {
  readonly message: string;
  readonly fix: string;
}

/** The holder of a lock renews it every second. */
const SILENT_LOCK_MS = 60_000;
const TOKEN_BYTES = 1_000_000;

/** A diagnostic with its place in the message. */
export function asProblem(each: Diagnostic): Problem {
  return { message: formatDiagnostic({ ...each, fix: "" }).replace(/; $/, ""), fix: each.fix };
}

/** The error that the work throws. */
export async function problemOf(work: () => Promise<void>): Promise<readonly Problem[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (error instanceof AgentRolesError) return [error];
    throw error;
  }
}

export async function unreadableToken(name: string, env: Env): Promise<readonly Problem[]> {
  const path = env[name];
  if (!path) return [];
  return problemOf(async () => {
    const fix = `Set ${name} to a file that this user can read, or unset it.`;
    await readRegularFile(expandHome(path, env), { limit: TOKEN_BYTES }).catch((error: unknown) => {
      throw toAgentRolesError(error, { code: "StoreFailed", prefix: name, fix });
    });
  });
}

/** A directory that this user cannot write to, or whose disk is full; one that is missing counts as the one above it. */
export async function unwritable(path: string, above: string = resolve(path)): Promise<readonly Problem[]> {
  try {
    await access(`${above}/.`, constants.W_OK | constants.X_OK);
    const { blocks, bavail } = await statfs(above);
    if (blocks === 0 || bavail > 0) return [];
    throw Object.assign(new Error("no space is left on the device"), { code: "ENOSPC" });
  } catch (error) {
    return hasErrorCode(error, "ENOENT") ? unwritable(path, dirname(above)) : [storeFailed(error, path)];
  }
}

/** The sections with keys of a profile that has a `credential_process`. */
export function shadowing(sections: readonly PlacedSection[]): readonly PlacedSection[] {
  if (!sections.some(({ values }) => values["credential_process"])) return [];
  return sections.filter(({ values }) => values["aws_access_key_id"]);
}

export async function staleLock(path: string): Promise<readonly Problem[]> {
  const holder = await lockHolder(path);
  if (holder === undefined) return [];
  if (holder === "") return [{ message: `${path}: it is not a lock of agent-roles`, fix: `Remove ${path}.` }];
  const isAlive = await isProcessAlive(holder);
  // Of a process on another machine, only the lock's heartbeat says something.
  const info = await lstat(path).catch(() => undefined);
  const isSilent = info !== undefined && Math.abs(Date.now() - info.mtimeMs) > SILENT_LOCK_MS;
  if (!(isAlive === false || (isAlive === undefined && isSilent))) return [];
  const [pid] = holder.split(" ", 1);
  return [{ message: `${path}: it was left by process ${pid}, which has ended`, fix: `Remove ${path}.` }];
}

export function isProxyUrl(value: string | undefined): boolean {
  const text = value?.includes("://") ? value : `http://${value}`;
  return URL.canParse(text) && /^(?:https?|socks[45]?h?):$/.test(new URL(text).protocol);
}
