import { STSClient } from "@aws-sdk/client-sts";
import type { AwsCredentialIdentityProvider } from "@aws-sdk/types";
import type { HttpHandler } from "@smithy/core/protocols";
import { httpHandler } from "./http-handler.ts";

/** Who calls STS, and where. */
export interface StsConfig {
  readonly region: string;
  readonly credentials: AwsCredentialIdentityProvider;
  /** Default: one that follows the proxy and CA variables of `process.env`. */
  readonly requestHandler?: HttpHandler;
  /** Receives AWS's time, milliseconds since the epoch, with every answer of STS. */
  readonly onDate?: (date: number) => void;
}

/** A client of the Region's own STS endpoint, which keeps working when another Region fails. */
export function stsClient({ region, credentials, requestHandler, onDate }: StsConfig): STSClient {
  const client = new STSClient({ region, credentials, requestHandler: requestHandler ?? httpHandler(process.env) });
  if (onDate) {
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const date = responseDate(result.response);
        if (date !== undefined) onDate(date);
        return result;
      },
      // Below the deserializer, which throws the refusals of STS: these have the time as well.
      { step: "deserialize", priority: "low", name: "agentRolesResponseDate" },
    );
  }
  return client;
}

/**
 * AWS's time in an HTTP answer, milliseconds since the epoch; `undefined` unless STS itself gave the answer just now: proxies and
 * caches have no request ID, or add an `Age`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-date
 */
export function responseDate(response: unknown): number | undefined {
  const headers = property(response, "headers");
  if (!property(headers, "x-amzn-requestid") || property(headers, "age")) return undefined;
  const date = property(headers, "date");
  // Half of the second that the header leaves out.
  const time = typeof date === "string" ? Date.parse(date) + 500 : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && name in value ? Reflect.get(value, name) : undefined;
}
