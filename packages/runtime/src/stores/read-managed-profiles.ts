import { readFile } from "node:fs/promises";
import { AgentRolesError } from "../agent-roles-error.ts";
import type { SessionCredentials } from "../session-credentials.ts";
import { parseManagedNote } from "./managed-note.ts";
import { readSections } from "./shared-file.ts";
import { sharedPaths } from "./shared-paths.ts";

/** A profile of the shared credentials file that we keep, with the role its credentials came from. */
export interface ManagedProfile {
  readonly profile: string;
  readonly roleArn: string;
  readonly credentials: SessionCredentials;
}

/**
 * The profiles that agent-roles keeps in the shared credentials file. A missing file has none.
 *
 * @throws {AgentRolesError} `StoreFailed` when the file is there and cannot be read.
 */
export async function readManagedProfiles(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<ManagedProfile[]> {
  const { credentialsFile } = sharedPaths(env);
  const text = await readFile(credentialsFile, "latin1").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    const fix = "make it readable for this user, or set AWS_SHARED_CREDENTIALS_FILE";
    throw new AgentRolesError(`${credentialsFile}: ${error.message}`, { code: "StoreFailed", fix, cause: error });
  });
  return readSections(text).flatMap(({ header, managed, note, values }) => {
    const facts = managed ? parseManagedNote(note) : undefined;
    const {
      aws_access_key_id: accessKeyId,
      aws_secret_access_key: secretAccessKey,
      aws_session_token: sessionToken,
    } = values;
    if (!facts || !accessKeyId || !secretAccessKey || !sessionToken) return [];
    const { role, issuedAt, expiration } = facts;
    const credentials = { accessKeyId, secretAccessKey, sessionToken, issuedAt, expiration, accountId: role.accountId };
    return [{ profile: header, roleArn: role.arn, credentials }];
  });
}
