import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isWritableByOthers } from "../files/owner.ts";
import type { Diagnostic } from "../role-env/diagnostic.ts";
import type { Env } from "../role-env/env.ts";
import { sharedPaths } from "./shared-paths.ts";

/**
 * The shared files, and their directories, that other users can write to. They can then make AWS clients run any program or use other
 * credentials.
 *
 * @throws {AgentRolesError} `StoreFailed` when there is no home directory.
 */
export async function exposedFiles(env: Env = process.env): Promise<readonly Diagnostic[]> {
  const { credentialsFile, configFile } = sharedPaths(env);
  const paths = new Set([dirname(credentialsFile), dirname(configFile), credentialsFile, configFile]);
  const found = await Promise.all([...paths].map(exposed));
  return found.flatMap((each) => each ?? []);
}

async function exposed(file: string): Promise<Diagnostic | undefined> {
  const info = await stat(file).catch(() => undefined);
  if (!info || info.isCharacterDevice() || !isWritableByOthers(info)) return undefined;
  const fix = `Run chmod go-w '${file}', or set AWS_SHARED_CREDENTIALS_FILE and AWS_CONFIG_FILE to private files.`;
  return { file, message: "other users can write to it", fix };
}
