import { type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { text } from "node:stream/consumers";
import type { MotoServer } from "../moto/launch-moto.ts";
import type { ServiceError } from "../sts/sts-answer.ts";

/**
 * Headers that are not forwarded: hop-by-hop headers, `expect` (answered by this server), CORS headers, and the headers
 * that the gateway sets for moto, also spelled with the underscore that WSGI reads as a hyphen.
 */
const NOT_FORWARDED =
  /^(?:connection|content-length|expect|keep-alive|origin|te|trailer|transfer-encoding|upgrade|access-control-.*|x[-_](?:sandbox|moto)[-_].*)$/;

/** A request to forward. */
export interface Forwarded {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
  /** Path and query, and the host: those of the request, except for S3's virtual hosts. */
  readonly url: string;
  readonly host: string;
  /** The account that moto acts as. */
  readonly accountId: string;
  /** The service that the request was signed for. */
  readonly service: string;
  /** moto only checks the request against AWS's model of the service. */
  readonly isCheckOnly?: boolean;
}

/**
 * Forwards a request to moto and streams the response back. `Host` is kept: template URLs depend on it.
 *
 * @returns an error to answer with: AWS refuses the request, or moto failed.
 * @throws when moto or the client disconnects; then no header has been sent, or the response is destroyed.
 */
export async function forward(
  { endpoint, gatewayToken }: Pick<MotoServer, "endpoint" | "gatewayToken">,
  { request, response, body, url, host, accountId, service, isCheckOnly }: Forwarded,
): Promise<ServiceError | undefined> {
  const { method } = request;
  const headers = {
    ...forwardable(request.headers),
    host,
    "content-length": body.length,
    "x-moto-account-id": accountId,
    "x-sandbox-service": service,
    "x-sandbox-token": gatewayToken,
    ...(isCheckOnly && { "x-sandbox-check": "1" }),
  };
  const upstream = httpRequest(new URL(endpoint), { method, path: url, headers });
  response.once("close", () => upstream.destroy());
  // A late error is reported by the answer.
  upstream.on("error", () => undefined).end(body);
  const [answer]: IncomingMessage[] = await once(upstream, "response");
  if (!answer) throw new Error("moto sent no response");
  const { statusCode = 502 } = answer;
  if (answer.headers["x-sandbox-error"] !== undefined) {
    const error: Pick<ServiceError, "code" | "message"> = JSON.parse(await text(answer));
    return { status: statusCode, ...error };
  }
  if (statusCode >= 500 && answer.headers["content-type"]?.startsWith("text/html")) {
    answer.resume();
    return { status: 500, code: "InternalFailure", message: "the sandbox failed: moto reported no cause" };
  }
  if (isCheckOnly) {
    answer.resume();
    return undefined;
  }
  const { "content-length": length, ...rest } = answer.headers;
  response.writeHead(statusCode, { ...forwardable(rest), ...(length && { "content-length": length }) });
  await pipeline(answer, response);
  return undefined;
}

function forwardable(headers: IncomingMessage["headers"]): IncomingMessage["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_FORWARDED.test(name)));
}
