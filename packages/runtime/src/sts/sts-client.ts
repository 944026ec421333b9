import { STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";

/** Whom to ask STS as, and where. */
export interface StsConfig {
  readonly region: string;
  /** Default: the SDK's default chain. */
  readonly credentials?: AwsCredentialIdentityProvider;
}

/** A hung connection is a failure like any other; without limits the SDK waits for ever. */
const REQUEST_HANDLER = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

export function stsClient({ region, credentials }: StsConfig): STSClient {
  return new STSClient({ region, requestHandler: REQUEST_HANDLER, ...(credentials && { credentials }) });
}
