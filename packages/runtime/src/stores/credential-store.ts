import type { AgentRolesError } from "../agent-roles-error.ts";
import type { TargetRole } from "../role-env/index.ts";
import type { SessionCredentials } from "../session/credentials.ts";

/** One profile's new credentials. */
export interface StoredCredentials {
  readonly target: TargetRole;
  readonly credentials: SessionCredentials;
}

/** A profile that a store would not take, and why; the others of the same call are stored. */
export interface RefusedCredentials {
  readonly target: TargetRole;
  /** When `retryable`, the profile is offered again. */
  readonly error: AgentRolesError;
}

export interface StoreOptions {
  /** Ends a call that takes too long. A store that ignores it is not called again before the call has ended. */
  readonly signal?: AbortSignal;
  /** How far AWS's time is ahead of this machine's clock, milliseconds. Default: 0. */
  readonly clockOffsetMs?: number;
}

/** A place that receives rotated credentials. Never called again before the call before has ended. */
export interface CredentialStore {
  /** For messages: the path, the secret's name. */
  readonly name: string;
  /**
   * Stores all of these in one write, where the place allows; what is there already is not written again.
   *
   * @throws {AgentRolesError} `StoreFailed` when nothing could be stored.
   */
  put(entries: readonly StoredCredentials[], options?: StoreOptions): Promise<readonly RefusedCredentials[]>;
  /**
   * Removes these profiles. What is not ours stays, what is not there is no failure.
   *
   * @throws {AgentRolesError} `StoreFailed`.
   */
  remove(profiles: readonly string[], options?: StoreOptions): Promise<void>;
  /**
   * Profiles that were stored and that another program has removed or changed since. Cheap: called every few seconds.
   *
   * @param settleMs - a place that changed within this time is left alone: its writer can still be writing.
   */
  missing?(settleMs: number): Promise<readonly string[]>;
}
