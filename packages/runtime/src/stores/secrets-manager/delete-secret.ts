import { DeleteSecretCommand, DescribeSecretCommand } from "@aws-sdk/client-secrets-manager";
import { failureName, secretFailed } from "./secret-failed.ts";
import { type SecretsContext, sending } from "./update-secret.ts";

/** The tag of secrets that we made; others are emptied, not deleted. */
export const PROFILE_TAG = "agent-roles:profile";

/**
 * Deletes a secret if we made it. At once, for what it holds expires within the hour anyway, and a name that waits for its deletion
 * could not be used again.
 *
 * @returns whether it is gone.
 * @throws {AgentRolesError} `StoreFailed`.
 */
export async function deleteOwnSecret(secretId: string, { client, signal }: SecretsContext): Promise<boolean> {
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
