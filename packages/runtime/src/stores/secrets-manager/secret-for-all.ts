import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { JsonObject } from "../../role-env/json.ts";
import type { CredentialStore, RefusedCredentials, StoredCredentials } from "../credential-store.ts";
import { newSecret, type SecretOptions } from "./new-secret.ts";
import { processCredentials } from "../process-credentials.ts";
import { formatSecret, isSecretValue, notOurs, parseSecret } from "./secret-value.ts";
import { updateSecret } from "./update-secret.ts";

/** One secret, with an object of all profiles; other writers can keep their own profiles in it. */
export function secretForAll(secretId: string, options: SecretOptions, client: SecretsManagerClient): CredentialStore {
  const update = (
    edit: (profiles: JsonObject) => JsonObject,
    signal: AbortSignal | undefined,
    { erase = false } = {},
  ): Promise<void> =>
    updateSecret(
      {
        secretId,
        shared: true,
        erase,
        create: newSecret(options, "Credentials of AWS roles, by profile; kept by agent-roles", []),
        edit: (text) => {
          const before = parseSecret(text);
          if (!before) throw notOurs(secretId);
          const after = edit(before);
          return text === undefined && Object.keys(after).length === 0 ? undefined : formatSecret(after, secretId);
        },
      },
      { client, signal },
    );
  return {
    name: secretId,
    put: async (entries, { signal } = {}) => {
      if (entries.length === 0) return [];
      let refused: readonly RefusedCredentials[] = [];
      await update((before) => {
        const isForeign = ({ target: { profile } }: StoredCredentials): boolean =>
          Object.hasOwn(before, profile) && !isSecretValue(before[profile]);
        refused = entries.filter(isForeign).map(({ target }) => ({ target, error: notOurs(secretId, target.profile) }));
        const taken = entries.filter((entry) => !isForeign(entry));
        return {
          ...before,
          ...Object.fromEntries(taken.map((entry) => [entry.target.profile, processCredentials(entry)])),
        };
      }, signal);
      return refused;
    },
    remove: (profiles, { signal } = {}) => {
      const isKept = ([name, value]: [string, unknown]): boolean => !profiles.includes(name) || !isSecretValue(value);
      const edit = (before: JsonObject): JsonObject => Object.fromEntries(Object.entries(before).filter(isKept));
      return update(edit, signal, { erase: true });
    },
  };
}
