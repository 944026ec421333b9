import { realpath } from "node:fs/promises";
import { join, resolve } from "node:path";
import { AgentRolesError } from "../agent-roles-error.ts";
import { expandHome, homeDirectory } from "../files/home-directory.ts";
import type { Env } from "../role-env/env.ts";

export interface SharedPaths {
  readonly credentialsFile: string;
  readonly configFile: string;
}

/**
 * Where AWS clients look: `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE`, else `~/.aws/credentials` and `~/.aws/config`.
 *
 * @throws {AgentRolesError} `StoreFailed` when there is no home directory, or when both are one file.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html
 */
export function sharedPaths(env: Env): SharedPaths {
  const locate = (variable: string, name: string): string => {
    const chosen = env[variable];
    return chosen ? expandHome(chosen, env) : join(homeDirectory(env), ".aws", name);
  };
  const credentialsFile = locate("AWS_SHARED_CREDENTIALS_FILE", "credentials");
  const configFile = locate("AWS_CONFIG_FILE", "config");
  if (credentialsFile === configFile) throw oneFile(configFile);
  return { credentialsFile, configFile };
}

/**
 * Resolves when the files are two, or not both there yet.
 *
 * @throws {AgentRolesError} `StoreFailed` when symlinks make them one: locking both would wait for itself.
 */
export async function requireTwoFiles({ credentialsFile, configFile }: SharedPaths): Promise<void> {
  if ((await realPath(credentialsFile)) === (await realPath(configFile))) throw oneFile(configFile);
}

async function realPath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

function oneFile(path: string): AgentRolesError {
  return new AgentRolesError(`${path} is both the credentials file and the config file`, {
    code: "StoreFailed",
    fix: "Set AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE to two different files.",
  });
}
