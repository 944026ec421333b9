export { secretsManagerStore } from "./secrets-manager-store.ts";
export type { SecretsManagerStoreOptions } from "./secrets-manager-store.ts";
