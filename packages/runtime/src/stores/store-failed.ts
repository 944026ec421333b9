import { type AgentRolesError, toAgentRolesError } from "../agent-roles-error.ts";
import { errorCode } from "../files/error-code.ts";

const FIXES: Readonly<Record<string, string>> = {
  EACCES:
    "make the directory and the file writable for this user, or set AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE and AGENT_ROLES_CACHE_DIR",
  EROFS:
    "the file system is read-only: set AWS_SHARED_CREDENTIALS_FILE, AWS_CONFIG_FILE and AGENT_ROLES_CACHE_DIR to writable places",
  ENOTDIR: "a part of the path is a file: set HOME to a directory; nothing was changed",
  ENOSPC: "free disk space; nothing was changed",
  EDQUOT: "free disk space, or ask for a larger quota; nothing was changed",
  EFBIG: "raise the limit for the size of a file (ulimit -f); nothing was changed",
  EBUSY: "the file is mounted by itself and cannot be replaced: mount its directory; nothing was changed",
  EFTYPE: "set AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE to a regular file each; nothing was changed",
  ELOCKED: "another process keeps editing it; when none does, remove the .lock file beside it",
};

/** Gives a failed write its fix. @param path - what a person knows the store by. */
export function storeFailed(error: unknown, path: string): AgentRolesError {
  const code = errorCode(error);
  const fix = FIXES[code === "EPERM" ? "EACCES" : code] ?? "See the cause above. Nothing was changed.";
  return toAgentRolesError(error, { prefix: path, code: "StoreFailed", retryable: true, fix });
}
