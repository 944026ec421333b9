import type { CredentialStore } from "./credential-store.ts";

/** The store that `connect` makes, made anew after every failure. */
export function reconnectingStore(connect: () => CredentialStore): CredentialStore {
  let store = connect();
  const reconnect = (): void => {
    store = connect();
  };
  return {
    name: store.name,
    put: async (entries, options) => {
      const refused = await store.put(entries, options).catch((error: unknown) => {
        reconnect();
        throw error;
      });
      if (refused.length > 0) reconnect();
      return refused;
    },
    remove: (profiles, options) =>
      store.remove(profiles, options).catch((error: unknown) => {
        reconnect();
        throw error;
      }),
  };
}
