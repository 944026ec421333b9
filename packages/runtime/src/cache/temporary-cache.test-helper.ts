import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { parseRoleEnv } from "../role-env/index.ts";
import { type RoleRequest, targetRequest } from "../session/role-request.ts";
import { target } from "../fixtures.test-helper.ts";
import { entryName } from "./entry-name.ts";
import { type CallerOrigin, entryKey } from "./session-cache.ts";

/** A cache of each test's own. */
export interface TemporaryCache {
  readonly env: () => Record<string, string>;
  readonly directory: () => string;
  /** The entry's file of the role that tests ask for. */
  readonly file: () => string;
  readonly lock: () => string;
}

export const request: RoleRequest = targetRequest(target("MyProfile"));

/** Nothing but the role and the caller determines the session. */
export const origin: CallerOrigin = { roleEnv: parseRoleEnv({}), env: {}, caller: async () => "me" };

export const key: string = entryKey("me", request, origin);

/** Of the entry's file and its lock. */
export const name: string = entryName(key);

export function temporaryCache(): TemporaryCache {
  let parent = "";
  const directory = (): string => join(parent, "cache");
  beforeEach(async () => {
    parent = await mkdtemp(join(tmpdir(), "agent-roles-cache-"));
  });
  afterEach(() => rm(parent, { recursive: true, force: true }));
  return {
    env: () => ({ AGENT_ROLES_CACHE_DIR: directory() }),
    directory,
    file: () => join(directory(), `${name}.json`),
    lock: () => join(directory(), `${name}.lock`),
  };
}
