import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheDirectory } from "../cache/cache-directory.ts";
import { readRegularFile } from "../files/read-regular-file.ts";
import type { Env } from "../role-env/env.ts";
import { profileDirectory } from "./profile-files.ts";

/** An entry has some two thousand bytes. */
const LARGEST_BYTES = 64 * 1024;

/**
 * Removes the sessions of roles from the cache and the files of process profiles, whoever the caller and whatever the options of
 * the session were.
 *
 * @returns how many files were removed.
 */
export async function forgetSessions(roleArns: readonly string[], env: Env): Promise<number> {
  let count = 0;
  for (const directory of [cacheDirectory(env), profileDirectory(env)]) {
    const names = await readdir(directory).catch(() => []);
    for (const name of names.filter((each) => each.endsWith(".json"))) {
      const file = join(directory, name);
      const text = await readRegularFile(file, { limit: LARGEST_BYTES, noFollow: true }).catch(() => "");
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
    const [, , sessionKey]: readonly string[] = JSON.parse(key);
    const [arn]: readonly unknown[] = JSON.parse(sessionKey ?? "");
    return typeof arn === "string" ? arn : undefined;
  } catch {
    return undefined;
  }
}
