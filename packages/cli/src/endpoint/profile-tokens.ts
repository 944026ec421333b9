import { randomBytes, timingSafeEqual } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type FileOptions, fileName, writePrivateFiles } from "@agent-roles/runtime/stores";

/** A token for each profile, in a file that AWS clients read for each request. */
export interface ProfileTokens {
  /** Whether this `Authorization` header is the token of this profile. Takes as long for any header of a token's length. */
  readonly isValid: (profile: string, authorization: string) => boolean;
  readonly file: (profile: string) => string;
  /** Makes the tokens of new profiles, and removes those of others. @throws {AgentRolesError} `StoreFailed`; the file system's error. */
  readonly update: (profiles: readonly string[]) => Promise<void>;
  /** Removes the directory. Never fails. */
  readonly remove: () => Promise<void>;
}

/**
 * @param directory - of the token files; belongs to this process.
 * @param options - of the token files.
 */
export function profileTokens(directory: string, options: FileOptions = {}): ProfileTokens {
  const tokens = new Map<string, Buffer>();
  /** For profiles that do not exist. Nobody knows it. */
  const none = newToken();
  const file = (profile: string): string => join(directory, tokenName(profile));
  return {
    isValid: (profile, authorization) => {
      const token = tokens.get(profile) ?? none;
      const given = Buffer.from(authorization, "latin1");
      return given.length === token.length && timingSafeEqual(given, token);
    },
    file,
    update: async (profiles) => {
      const removed = [...tokens.keys()].filter((profile) => !profiles.includes(profile));
      for (const profile of removed) tokens.delete(profile);
      await Promise.all(removed.map((profile) => rm(file(profile), { force: true })));
      const added = profiles.filter((profile) => !tokens.has(profile));
      // Without a newline at the end: SDKs send the text as it is.
      const made = added.map((profile) => ({ profile, token: newToken() }));
      await writePrivateFiles(
        directory,
        made.map(({ profile, token }) => [tokenName(profile), token.toString("latin1")]),
        options,
      );
      for (const { profile, token } of made) tokens.set(profile, token);
    },
    remove: () => rm(directory, { recursive: true, force: true }).catch(() => undefined),
  };
}

function tokenName(profile: string): string {
  return fileName(profile).replace(/json$/, "token");
}

/** Tokens have one length. */
function newToken(): Buffer {
  return Buffer.from(randomBytes(32).toString("base64url"), "latin1");
}
