import { join } from "node:path";
import { expandHome, homeDirectory } from "../files/home-directory.ts";
import type { Env } from "../role-env/env.ts";

/**
 * Where processes share sessions: `AGENT_ROLES_CACHE_DIR`, else `~/.aws/agent-roles/cache`.
 *
 * @throws {AgentRolesError} `StoreFailed` when there is no home directory.
 */
export function cacheDirectory(env: Env): string {
  const chosen = env["AGENT_ROLES_CACHE_DIR"];
  if (chosen) return expandHome(chosen, env);
  return join(homeDirectory(env), ".aws", "agent-roles", "cache");
}
