import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../cache/cache-directory.ts";
import { keyedRole } from "../cache/cache-file.ts";
import { markRevoked } from "../cache/revocation.ts";
import { readOwnFile } from "../files/read-regular-file.ts";
import type { Env } from "../role-env/env.ts";
import { profileDirectory } from "./profile-files.ts";

/**
 * Removes the sessions of roles from the cache and the files of process profiles, whoever the caller and whatever the options of
 * the session were. No process that shares the cache uses or writes those sessions again; a running one assumes the roles anew.
 *
 * @param revokedAt - sessions issued before this time are revoked.
 * @returns how many files were removed.
 * @throws the file system's error when the cache cannot be written.
 */
export async function forgetSessions(roleArns: readonly string[], revokedAt: Date, env: Env): Promise<number> {
  let count = 0;
  for (const arn of new Set(roleArns)) await markRevoked(cacheDirectory(env), arn, revokedAt);
  for (const directory of [cacheDirectory(env), profileDirectory(env)]) {
    const names = await readdir(directory).catch(() => []);
    for (const name of names.filter((each) => each.endsWith(".json"))) {
      const file = join(directory, name);
      const text = await readOwnFile(file);
      const arn = roleArnOf(text);
      if (arn === undefined || !roleArns.includes(arn)) continue;
      await rm(file, { force: true });
      count += 1;
    }
  }
  return count;
}

/** The role that a profile's file names, or that of a cache entry: the first part of its session's key. */
function roleArnOf(text: string): string | undefined {
  try {
    const { RoleArn, key }: { RoleArn?: string; key: string } = JSON.parse(text);
    if (RoleArn !== undefined) return RoleArn;
    return keyedRole(key);
  } catch {
    return undefined;
  }
}
