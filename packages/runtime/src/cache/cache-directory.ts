import { homedir } from "node:os";
import { join } from "node:path";
import { AgentRolesError } from "../agent-roles-error.ts";

/**
 * Where processes share sessions: `AGENT_ROLES_CACHE_DIR`, else `agent-roles/cache` beside AWS's own files in the home directory.
 *
 * @throws {AgentRolesError} `StoreFailed` when there is neither.
 */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>>): string {
  const chosen = env["AGENT_ROLES_CACHE_DIR"];
  if (chosen) return chosen;
  const home = env["HOME"] || env["USERPROFILE"] || homedir();
  if (home) return join(home, ".aws", "agent-roles", "cache");
  throw new AgentRolesError("there is no home directory for the credential cache", {
    code: "StoreFailed",
    fix: "set HOME or AGENT_ROLES_CACHE_DIR",
  });
}
