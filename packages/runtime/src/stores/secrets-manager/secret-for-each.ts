import { DeleteSecretCommand, DescribeSecretCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import pLimit from "p-limit";
import { AgentRolesError, toAgentRolesError } from "../../agent-roles-error.ts";
import type { CredentialStore, StoredCredentials } from "../credential-store.ts";
import { newSecret, type SecretOptions } from "./new-secret.ts";
import { processCredentials } from "../process-credentials.ts";
import { failureName, secretFailed } from "./secret-failed.ts";
import { formatSecret, isSecretValue, notOurs, parseSecret } from "./secret-value.ts";
import { readSecret, type SecretsContext, sending, updateSecret } from "./update-secret.ts";

/** Secrets Manager allows fifty writes a second in an account and Region; a write is two or three calls in turn. */
const CONCURRENCY = 10;

/** The tag of secrets that we made; others are emptied, not deleted. */
const PROFILE_TAG = "agent-roles:profile";

/** One secret for each profile, so that each can have readers of its own. */
export function secretForEach(prefix: string, options: SecretOptions, client: SecretsManagerClient): CredentialStore {
  const limit = pLimit(CONCURRENCY);
  const secretName = (profile: string): string => `${prefix}/${profile}`;

  async function putOne(entry: StoredCredentials, context: SecretsContext): Promise<AgentRolesError | undefined> {
    const { profile, role } = entry.target;
    const secretId = secretName(profile);
    const tag = { Key: PROFILE_TAG, Value: profile };
    const create = newSecret(options, `Credentials of ${role.arn}; kept by agent-roles`, [tag]);
    const edit = (text: string | undefined): string => {
      if (!isFreeOrOurs(text)) throw notOurs(secretId, profile);
      return formatSecret(processCredentials(entry), secretId);
    };
    try {
      if (!/^[\w/+=.@-]{1,512}$/.test(secretId)) throw badName(secretId);
      await updateSecret({ secretId, shared: false, create, edit }, context);
      return undefined;
    } catch (error) {
      return toAgentRolesError(error);
    }
  }

  return {
    name: `${prefix}/*`,
    put: async (entries, { signal } = {}) => {
      const refused = await Promise.all(
        entries.map((entry) =>
          limit(async () => {
            const error = await putOne(entry, { client, signal });
            return error ? [{ target: entry.target, error }] : [];
          }),
        ),
      );
      return refused.flat();
    },
    remove: async (profiles, { signal } = {}) => {
      // Wait for all before one failure is thrown: a later deletion could hit a secret that is needed again.
      const results = await Promise.allSettled(
        profiles.map((profile) => limit(() => removeOne(secretName(profile), { client, signal }))),
      );
      for (const result of results) if (result.status === "rejected") throw result.reason;
    },
  };
}

async function removeOne(secretId: string, context: SecretsContext): Promise<void> {
  const current = await readSecret(secretId, context);
  if (!current || !isSecretValue(parseSecret(current.text)) || (await deleteOwnSecret(secretId, context))) return;
  // Somebody made the secret for us: it stays, without credentials.
  await updateSecret(
    { secretId, shared: false, erase: true, create: { Tags: [], Description: "" }, edit: () => "{}" },
    context,
  );
}

/**
 * Deletes a secret if we made it. At once, because its content expires within the hour anyway, and a name that waits for its
 * deletion could not be used again.
 *
 * @returns whether it is gone.
 * @throws {AgentRolesError} `StoreFailed`.
 */
async function deleteOwnSecret(secretId: string, { client, signal }: SecretsContext): Promise<boolean> {
  let action = "DescribeSecret";
  try {
    const { Tags = [] } = await client.send(new DescribeSecretCommand({ SecretId: secretId }), sending(signal));
    if (!Tags.some(({ Key }) => Key === PROFILE_TAG)) return false;
    action = "DeleteSecret";
    await client.send(
      new DeleteSecretCommand({ SecretId: secretId, ForceDeleteWithoutRecovery: true }),
      sending(signal),
    );
    return true;
  } catch (error) {
    if (failureName(error) === "ResourceNotFoundException") return true;
    throw secretFailed(error, { action, secretId });
  }
}

function isFreeOrOurs(text: string | undefined): boolean {
  const value = parseSecret(text);
  return value !== undefined && (Object.keys(value).length === 0 || isSecretValue(value));
}

function badName(secretId: string): AgentRolesError {
  return new AgentRolesError(`${secretId} is not a valid name of a secret`, {
    code: "StoreFailed",
    fix: "use letters, digits and / _ + = . @ - in the prefix and the profile, 512 at most; or one secret for all profiles",
  });
}
