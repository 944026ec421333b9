import { memoryStore } from "./memory-store.ts";
import { storeContract } from "./store-contract.test-helper.ts";

storeContract("memoryStore", async () => {
  const store = memoryStore();
  return {
    store,
    read: async () => Object.fromEntries(store.entries),
    expected: (entry) => entry,
    version: async () => JSON.stringify([...store.entries]),
    oneWrite: true,
  };
});
