import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { AgentRolesError } from "../agent-roles-error.ts";

/**
 * The variables of a dotenv file.
 *
 * @throws {AgentRolesError} `RolesUnreadable` when the file cannot be read.
 */
export async function readEnvFile(path: string): Promise<Record<string, string | undefined>> {
  try {
    return { ...parseEnv(await readFile(path, "utf8")) };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const fix = "see that the file exists and may be read (agent-roles env writes one)";
    throw new AgentRolesError(`${path}: ${message}`, { code: "RolesUnreadable", retryable: true, fix, cause });
  }
}
