import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import {
  cacheDirectory,
  entryKey,
  localCaller,
  protocolFields,
  readCacheFile,
  readerAnswer,
} from "@agent-roles/runtime/cache";
import {
  ACCESS_LEVELS,
  type AccessLevel,
  type Env,
  limitAccess,
  mergeRoleEnv,
  parseOneRole,
} from "@agent-roles/runtime/role-env";
import { failureLine } from "./failure-line.ts";
import { readerEnv } from "./reader-env.ts";

const LARGEST_BYTES = 1_000_000;

/** What to print, and how to end. */
export type FastAnswer =
  | { readonly out: string; readonly exitCode: 0 }
  | { readonly err: string; readonly exitCode: 1 };

/** What the command line asks for. */
export interface FastOptions {
  readonly profile: string;
  readonly envFile?: string;
  readonly access?: AccessLevel;
}

/**
 * Answers `credential-process` from the cache only, without the AWS SDK, a command-line library or a promise.
 *
 * @param now - milliseconds since the epoch.
 * @returns `undefined` in all other cases: the role must be assumed, or an error must be reported.
 */
export function fastPath(
  { profile, envFile, access }: FastOptions,
  inherited: Env,
  now: number,
): FastAnswer | undefined {
  try {
    const text = envFile === undefined ? "" : readPlainFile(envFile);
    if (text === undefined) return undefined;
    const file = parseEnv(text.replace(/^\uFEFF/, ""));
    const own = readerEnv(inherited, file, profile);
    const env = envFile === undefined ? own : mergeRoleEnv(own, file);
    // Then the roles are in the secret.
    if (env["AGENT_ROLES_SECRET_ID"]) return undefined;
    const role = parseOneRole(access ? limitAccess(env, access) : env, profile);
    if (!role) return undefined;
    // Then only the credentials themselves say who the caller is.
    const caller = localCaller(env);
    if (caller === undefined) return undefined;
    const key = entryKey(caller, role.target, { roleEnv: role.roleEnv, env });
    const found = readCacheFile(cacheDirectory(env), key);
    const answer = readerAnswer(found?.entry ?? {}, now);
    switch (answer.kind) {
      case "session":
        return { out: JSON.stringify(protocolFields(answer.session)), exitCode: 0 };
      case "failure":
        return { err: failureLine(answer.failure), exitCode: 1 };
      case "ask":
        return undefined;
    }
  } catch {
    // The full command meets the same failure and reports it.
    return undefined;
  }
}

/** A pipe can be read only once, and can have no writer; what is large is no env file. */
function readPlainFile(path: string): string | undefined {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(file);
    return stats.isFile() && stats.size <= LARGEST_BYTES ? readFileSync(file, "utf8") : undefined;
  } finally {
    closeSync(file);
  }
}

/**
 * Parses `--profile P`, `--env-file F` and `--access LEVEL`, also with `=`.
 *
 * @param args - the arguments after `credential-process`.
 * @returns `undefined` for any other argument, and for two profiles; the full parser handles it.
 */
export function fastOptions(args: readonly string[]): FastOptions | undefined {
  let profile: string | undefined;
  let envFile: string | undefined;
  let access: AccessLevel | undefined;
  for (let index = 0; index < args.length; index += 1) {
    const [, name, joined] = /^--(profile|env-file|access)(?:=(.+))?$/s.exec(args[index] ?? "") ?? [];
    const value = joined ?? args[(index += 1)];
    if (!name || !value || value.startsWith("-")) return undefined;
    if (name === "profile" && (profile ?? value) !== value) return undefined;
    if (name === "profile") profile = value;
    else if (name === "env-file") envFile = value;
    else if (!(access = ACCESS_LEVELS.find((level) => level === value))) return undefined;
  }
  return profile === undefined
    ? undefined
    : { profile, ...(envFile !== undefined && { envFile }), ...(access && { access }) };
}
