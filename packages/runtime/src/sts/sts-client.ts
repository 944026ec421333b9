import { STSClient } from "@aws-sdk/client-sts";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import { responseDate } from "./response-date.ts";

/** Whom to ask STS as, and where. */
export interface StsConfig {
  readonly region: string;
  /** Default: the SDK's default chain. */
  readonly credentials?: AwsCredentialIdentityProvider;
  /** Told AWS's time, milliseconds since the epoch, with every answer. */
  readonly onDate?: (date: number) => void;
}

/** A hung connection is a failure like any other; without limits the SDK waits for ever. */
const REQUEST_HANDLER = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true };

/** A client of the Region's own STS endpoint, which goes on working when another Region fails. */
export function stsClient({ region, credentials, onDate }: StsConfig): STSClient {
  const client = new STSClient({
    region,
    requestHandler: REQUEST_HANDLER,
    // The SDK keeps the shared files that it has read; a new client is to see what a new login wrote into them.
    credentials: credentials ?? defaultProvider({ ignoreCache: true }),
  });
  if (onDate) {
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const date = responseDate(result.response);
        if (date !== undefined) onDate(date);
        return result;
      },
      // Below the deserializer, which throws what STS refuses: refusals tell the time as well.
      { step: "deserialize", priority: "low", name: "agentRolesAnsweredAt" },
    );
  }
  return client;
}
