import type { CredentialStore, StoredCredentials } from "./credential-store.ts";

export interface MemoryStore extends CredentialStore {
  /** What has been put last, by profile. */
  readonly entries: ReadonlyMap<string, StoredCredentials>;
}

/** Keeps credentials in this process: for tests of agents, and for those that hand them on by a way of their own. */
export function memoryStore(): MemoryStore {
  const entries = new Map<string, StoredCredentials>();
  return {
    name: "memory",
    entries,
    put: async (added) => {
      for (const entry of added) entries.set(entry.target.profile, entry);
      return [];
    },
    remove: async (profiles) => {
      for (const profile of profiles) entries.delete(profile);
    },
  };
}
