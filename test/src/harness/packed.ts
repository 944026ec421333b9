import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cleanEnv } from "./clean-env.ts";
import { REPOSITORY } from "./repository.ts";

/** Packs what is published. @returns the tarballs by the name of their package, `runtime` for `@agent-roles/runtime`. */
export async function packAll(directory: string): Promise<ReadonlyMap<string, string>> {
  await execa(process.execPath, [join(REPOSITORY, "pack.js"), directory]);
  const files = await readdir(directory);
  return new Map(
    files.map((file) => [/^agent-roles-(?:(\w+)-)?\d/.exec(file)?.[1] ?? "agent-roles", join(directory, file)]),
  );
}

/** An environment with an empty home, and npm's own cache: what was downloaded before is not downloaded again. */
export async function npmEnv(home: string): Promise<Record<string, string>> {
  const { stdout: cache } = await execa("npm", ["config", "get", "cache"]);
  const options = {
    prefer_offline: "true",
    audit: "false",
    fund: "false",
    update_notifier: "false",
    loglevel: "warn",
  };
  const settings = Object.entries({ ...options, cache }).map(([name, value]) => [`npm_config_${name}`, value]);
  // With pnpm's NODE_PATH, packages of this workspace would be found everywhere.
  return { ...cleanEnv(home), ...Object.fromEntries(settings), NODE_PATH: "" };
}

/** `npm install ./X.tgz` in a new directory. @returns what npm printed. */
export async function npmInstall(
  directory: string,
  tarballs: readonly string[],
  env: Record<string, string>,
): Promise<string> {
  await mkdir(directory, { recursive: true });
  return (await execa("npm", ["install", ...tarballs], { cwd: directory, env, extendEnv: false, all: true })).all;
}
