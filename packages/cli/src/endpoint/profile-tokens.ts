import { hash, randomBytes, timingSafeEqual } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type FileOptions, fileName, writePrivateFiles } from "@agent-roles/runtime/stores";

/** A token for each profile, in a file that AWS clients read for each request. */
export interface ProfileTokens {
  /** Whether this `Authorization` header is the token of this profile. Takes as long for any header. */
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
  const hashes = new Map<string, Buffer>();
  /** Nobody knows a text with this hash. */
  const none = randomBytes(32);
  const file = (profile: string): string => join(directory, tokenName(profile));
  return {
    // Hashes have one length, whatever the header.
    isValid: (profile, authorization) => timingSafeEqual(sha256(authorization), hashes.get(profile) ?? none),
    file,
    update: async (profiles) => {
      const removed = [...hashes.keys()].filter((profile) => !profiles.includes(profile));
      for (const profile of removed) hashes.delete(profile);
      await Promise.all(removed.map((profile) => rm(file(profile), { force: true })));
      const added = profiles.filter((profile) => !hashes.has(profile));
      // Without a newline at the end: SDKs send the text as it is.
      const tokens = added.map((profile) => ({ profile, token: randomBytes(32).toString("base64url") }));
      await writePrivateFiles(
        directory,
        tokens.map(({ profile, token }) => [tokenName(profile), token]),
        options,
      );
      for (const { profile, token } of tokens) hashes.set(profile, sha256(token));
    },
    remove: () => rm(directory, { recursive: true, force: true }).catch(() => undefined),
  };
}

function tokenName(profile: string): string {
  return fileName(profile).replace(/json$/, "token");
}

function sha256(text: string): Buffer {
  return hash("sha256", text, "buffer");
}
