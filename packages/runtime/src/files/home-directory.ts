import { homedir } from "node:os";
import { join } from "node:path";
import { AgentRolesError } from "../agent-roles-error.ts";
import type { Env } from "../role-env/env.ts";

/**
 * The user's home directory: `HOME`, else `USERPROFILE`, else what the system knows of the account.
 *
 * @throws {AgentRolesError} `StoreFailed` when there is none: a container's user often has no entry.
 */
export function homeDirectory(env: Env): string {
  const found = env["HOME"] || env["USERPROFILE"] || accountHome();
  if (found) return found;
  throw new AgentRolesError("HOME is not set, and the system knows no home directory for this user", {
    code: "StoreFailed",
    fix: "Set HOME to a directory of this user. The AWS SDK needs it too.",
  });
}

/** The path in a variable; a leading `~/` is the home directory, as in the AWS CLI. */
export function expandHome(path: string, env: Env): string {
  return /^~(?=[/\\]|$)/.test(path) ? join(homeDirectory(env), path.slice(1)) : path;
}

function accountHome(): string {
  try {
    return homedir();
  } catch {
    return "";
  }
}
