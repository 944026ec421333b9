import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { secretRegion } from "./secret-region.ts";
import type { CredentialStore } from "../credential-store.ts";
import type { SecretOptions, SecretsClientConfig } from "./new-secret.ts";
import { secretForAll } from "./secret-for-all.ts";
import { secretForEach } from "./secret-for-each.ts";

/** One secret with an object of all profiles: its name or ARN. Or one for each profile: `<prefix>/<profile>`. */
export type SecretsManagerStoreOptions = SecretOptions & ({ readonly secretId: string } | { readonly prefix: string });

/**
 * Keeps profiles in AWS Secrets Manager, as the JSON of the `credential_process` protocol. Secrets that are missing are made; a
 * value that we did not write is refused.
 *
 * One secret for all is for a few dozen roles that rotate together: it takes 64 KB, and AWS keeps each of its versions for a day,
 * a hundred at most. Needs `secretsmanager:GetSecretValue`, `PutSecretValue`, `CreateSecret`, `TagResource`; for one secret
 * `UpdateSecretVersionStage`, for a prefix `DescribeSecret` and `DeleteSecret` to remove roles.
 *
 * @throws {AgentRolesError} from the store's calls, `StoreFailed` with the missing action, or what else to do.
 */
export function secretsManagerStore(options: SecretsManagerStoreOptions): CredentialStore {
  const region = "secretId" in options ? secretRegion(options.secretId) : undefined;
  const { client, clientConfig } = options;
  const connect = (config: SecretsClientConfig = {}): CredentialStore =>
    withClient(options, client ?? new SecretsManagerClient({ ...config, ...(region && { region }) }));
  return typeof clientConfig === "function" ? reconnectingStore(() => connect(clientConfig())) : connect(clientConfig);
}

function withClient(options: SecretsManagerStoreOptions, client: SecretsManagerClient): CredentialStore {
  return "prefix" in options
    ? secretForEach(options.prefix.replace(/\/+$/, ""), options, client)
    : secretForAll(options.secretId, options, client);
}

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
