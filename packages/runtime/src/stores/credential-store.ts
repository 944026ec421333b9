import type { AgentRolesError } from "../agent-roles-error.ts";
import type { TargetRole } from "../role-env/index.ts";
import type { SessionCredentials } from "../session-credentials.ts";

/** One profile's new credentials. */
export interface StoredCredentials {
  readonly target: TargetRole;
  readonly credentials: SessionCredentials;
}

/** A profile that a store would not take, and why; the others of the same call are stored. */
export interface RefusedCredentials {
  readonly target: TargetRole;
  readonly error: AgentRolesError;
}

/** A place that receives rotated credentials. */
export interface CredentialStore {
  /** For messages: the path, the secret's name. */
  readonly name: string;
  /**
   * Stores all of these in one write.
   *
   * @throws {AgentRolesError} `StoreFailed` when nothing could be stored.
   */
  put(entries: readonly StoredCredentials[]): Promise<readonly RefusedCredentials[]>;
}
