import { realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { AgentRolesError } from "../agent-roles-error.ts";

export interface SharedPaths {
  readonly credentialsFile: string;
  readonly configFile: string;
}

/**
 * Where AWS clients look: `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE`, else `~/.aws/credentials` and `~/.aws/config`.
 *
 * @throws {AgentRolesError} `StoreFailed` when neither the variables nor a home directory tell, or when both are one file.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-location.html
 */
export function sharedPaths(env: Readonly<Record<string, string | undefined>>): SharedPaths {
  const inHome = (name: string): string => join(home(env), ".aws", name);
  const credentialsFile = env["AWS_SHARED_CREDENTIALS_FILE"] || inHome("credentials");
  const configFile = env["AWS_CONFIG_FILE"] || inHome("config");
  if (credentialsFile === configFile) throw oneFile(configFile);
  return { credentialsFile, configFile };
}

/**
 * Resolves when the files are two, or not both there yet.
 *
 * @throws {AgentRolesError} `StoreFailed` when symlinks make them one: whoever locks both would wait for itself.
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
    fix: "give AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE a file each",
  });
}

function home(env: Readonly<Record<string, string | undefined>>): string {
  const found = env["HOME"] || env["USERPROFILE"] || accountHome();
  if (found) return found;
  throw new AgentRolesError("there is no home directory for .aws", {
    code: "StoreFailed",
    fix: "set HOME, or AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE",
  });
}

/** What the system knows of the account; a container's user often has no entry. */
function accountHome(): string {
  try {
    return homedir();
  } catch {
    return "";
  }
}
