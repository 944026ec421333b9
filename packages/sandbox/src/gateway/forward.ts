import { type ClientRequest, type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";

/** Hop-by-hop headers; `expect` was answered by this server. */
const HOP_HEADERS: ReadonlySet<string> = new Set(["connection", "expect", "keep-alive", "transfer-encoding"]);

/** A request to forward. */
export interface Forwarded {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** The account that moto acts as. */
  readonly accountId: string;
  /** The body, when it was already read; otherwise it is streamed. */
  readonly body?: Buffer | undefined;
}

/**
 * Forwards a request to moto and streams the response back. `Host` is unchanged: presigned forms, virtual hosts and
 * template URLs depend on it.
 *
 * @throws when moto or the client disconnects; then no header has been sent, or the response is destroyed.
 */
export async function forward(motoEndpoint: string, { request, response, accountId, body }: Forwarded): Promise<void> {
  const { method, url = "/" } = request;
  // The gateway sets the account, whatever the client sent.
  const headers = { ...endToEnd(request.headers), "x-moto-account-id": accountId };
  const upstream = httpRequest(new URL(motoEndpoint), { method, path: url, headers });
  response.once("close", () => upstream.destroy());
  const answered = answerOf(upstream);
  const [answer] = await Promise.all([
    answered,
    body === undefined ? pipeline(request, upstream) : send(upstream, body),
  ]);
  response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
  await pipeline(answer, response);
}

function endToEnd(headers: IncomingMessage["headers"]): IncomingMessage["headers"] {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_HEADERS.has(name)));
}

function answerOf(upstream: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    upstream.once("response", resolve).once("error", reject);
  });
}

function send(upstream: ClientRequest, body: Buffer): void {
  upstream.end(body);
}
