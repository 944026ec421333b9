import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { cleanEnv } from "../harness/clean-env.ts";
import { REPOSITORY } from "../harness/repository.ts";

const { version } = JSON.parse(await readFile(join(REPOSITORY, "packages/cli/package.json"), "utf8"));

/** The tarball that `pnpm pack:all` wrote of a package: of `@agent-roles/runtime` for `runtime`. */
export function tarball(name: string): string {
  const prefix = name === "agent-roles" ? name : `agent-roles-${name}`;
  return join(REPOSITORY, "dist", `${prefix}-${version}.tgz`);
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
