import { homedir } from "node:os";
import { join } from "node:path";
import { AgentRolesError } from "../agent-roles-error.ts";
import type { Env } from "../role-env/env.ts";

/**
 * The user's home directory: `HOME`, else `USERPROFILE`, else what the system knows of the account.
 *
 * @param alternative - the variables that can be set instead of HOME, for the fix.
 * @throws {AgentRolesError} `StoreFailed` when there is none: a container's user often has no entry.
 */
export function homeDirectory(env: Env, alternative: string): string {
  const found = env["HOME"] || env["USERPROFILE"] || accountHome();
  if (found) return found;
  throw new AgentRolesError("HOME is not set, and the system knows no home directory for this user", {
    code: "StoreFailed",
    fix: `Set HOME, or ${alternative}.`,
  });
}

/** The path in a variable; a leading `~/` is the home directory, as in the AWS CLI. */
export function expandHome(path: string, env: Env, alternative: string): string {
  return /^~(?=[/\\]|$)/.test(path) ? join(homeDirectory(env, alternative), path.slice(1)) : path;
}

function accountHome(): string {
  try {
    return homedir();
  } catch {
    return "";
  }
}
