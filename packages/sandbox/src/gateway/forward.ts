import { type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import type { MotoServer } from "../moto/launch-moto.ts";

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
}

/**
 * Forwards a request to moto and streams the response back. `Host` is kept: template URLs depend on it.
 *
 * @throws when moto or the client disconnects; then no header has been sent, or the response is destroyed.
 */
export async function forward(
  { endpoint, gatewayToken }: Pick<MotoServer, "endpoint" | "gatewayToken">,
  { request, response, body, url, host, accountId, service }: Forwarded,
): Promise<void> {
  const { method } = request;
  const headers = {
    ...forwardable(request.headers),
    host,
    "content-length": body.length,
    "x-moto-account-id": accountId,
    "x-sandbox-service": service,
    "x-sandbox-token": gatewayToken,
  };
  const upstream = httpRequest(new URL(endpoint), { method, path: url, headers });
  response.once("close", () => upstream.destroy());
  // A late error is reported by the answer.
  upstream.on("error", () => undefined).end(body);
  const [answer]: IncomingMessage[] = await once(upstream, "response");
  if (!answer) throw new Error("moto sent no response");
  const { "content-length": length, ...rest } = answer.headers;
  response.writeHead(answer.statusCode ?? 502, { ...forwardable(rest), ...(length && { "content-length": length }) });
  await pipeline(answer, response);
}

function forwardable(headers: IncomingMessage["headers"]): IncomingMessage["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !NOT_FORWARDED.test(name)));
}
