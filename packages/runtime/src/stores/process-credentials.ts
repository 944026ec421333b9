import type { StoredCredentials } from "./credential-store.ts";

/**
 * One profile's credentials in the `credential_process` protocol, as an SDK reads them; with their role and Region, which SDKs ignore.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html
 */
export function processCredentials({ target, credentials }: StoredCredentials): Readonly<Record<string, unknown>> {
  return {
    Version: 1,
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    SessionToken: credentials.sessionToken,
    Expiration: credentials.expiration.toISOString(),
    AccountId: credentials.accountId,
    RoleArn: target.role.arn,
    ...(target.access && target.access !== "full" && { Access: target.access }),
    ...(target.region && { Region: target.region }),
  };
}
