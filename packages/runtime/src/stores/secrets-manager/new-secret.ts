import type { SecretsManagerClient, SecretsManagerClientConfig, Tag } from "@aws-sdk/client-secrets-manager";
import type { SecretUpdate } from "./update-secret.ts";

/** Credentials and Region of the calls. */
export type SecretsClientConfig = Pick<SecretsManagerClientConfig, "credentials" | "region">;

/** What the two kinds of store have in common. */
export interface SecretOptions {
  /** Default: a client made of `clientConfig`. */
  readonly client?: SecretsManagerClient;
  /**
   * Credentials and Region of the calls. Default: the SDK's default chain, and the Region of a secret's ARN. A function is asked again after
   * a failure: the SDK keeps credentials that do not expire, and only a new client notices a new login.
   */
  readonly clientConfig?: SecretsClientConfig | (() => SecretsClientConfig);
  /** The KMS key of secrets that are made. Default: `aws/secretsmanager`, which other accounts cannot read. */
  readonly kmsKeyId?: string;
  /** Tags of secrets that are made. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** How a secret is made when it is missing. */
export function newSecret(
  options: Pick<SecretOptions, "kmsKeyId" | "tags">,
  description: string,
  own: readonly Tag[],
): SecretUpdate["create"] {
  const tags = Object.entries(options.tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
  return {
    Description: description,
    Tags: [...tags, ...own],
    ...(options.kmsKeyId && { KmsKeyId: options.kmsKeyId }),
  };
}
