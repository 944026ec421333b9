import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from "node:http";
import { UsageError } from "../usage-error.ts";
import { type Refusal, refusedRequest } from "./refused-request.ts";

export interface Address {
  /** An IP address; all interfaces by default, also where there is no IPv6. */
  readonly host?: string;
  readonly port: number;
}

/** Made once for all requests that it answers: its headers cost more than the checks of a request. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string;
}

/** @param path - without the query. */
export type Answers = (path: string, request: IncomingMessage) => Answer | Promise<Answer>;

/** Longer than AWS clients wait for an answer, and short enough for slow requests to hold nothing up. */
const REQUEST_LIMIT_MS = 5_000;
const CONNECTIONS = 1_000;

/**
 * A server with limits for the size and the time of requests, which refuses those of {@link refusedRequest}.
 *
 * @param hosts - values of the `Host` header, in lower case; left out where clients can use any name.
 */
export function limitedServer(answers: Answers, hosts?: ReadonlySet<string>): Server {
  const limits = {
    maxHeaderSize: 8_192,
    requestTimeout: REQUEST_LIMIT_MS,
    headersTimeout: REQUEST_LIMIT_MS,
    keepAliveTimeout: 2 * REQUEST_LIMIT_MS,
    connectionsCheckingInterval: 1_000,
  };
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url = "" } = request;
    const query = url.indexOf("?");
    const refused = refusedRequest(request, hosts);
    let answer;
    try {
      answer = refused ? refusal(refused) : await answers(query === -1 ? url : url.slice(0, query), request);
    } catch (error) {
      const unknown = { status: 500, code: "Unknown", message: "the request failed" };
      answer = refusal(error instanceof URIError ? MALFORMED_PATH : unknown);
    }
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }
  const server = createServer(limits, (request, response) => void respond(request, response));
  server.timeout = 2 * REQUEST_LIMIT_MS;
  server.maxConnections = CONNECTIONS;
  // What Node's parser refuses never reaches a route.
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
    const { status, ...rest } = parserRefusal(error.code);
    const text = JSON.stringify(rest);
    socket.end(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`,
    );
  });
  return server;
}

const JSON_TYPE = "application/json; charset=utf-8";

const MALFORMED_PATH: Refusal = { status: 400, code: "BadRequest", message: "the path is malformed" };

export const NO_SUCH_PATH: Refusal = { status: 404, code: "NotFound", message: "there is no such path" };

function parserRefusal(code: string | undefined): Refusal {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") {
    const message = `no complete request within ${REQUEST_LIMIT_MS / 1_000} s`;
    return { status: 408, code: "RequestTimeout", message };
  }
  if (code === "HPE_HEADER_OVERFLOW") {
    return { status: 431, code: "RequestTooLarge", message: "the headers are too large" };
  }
  return { status: 400, code: "BadRequest", message: "the request is malformed" };
}

/** @param body - JSON, unless `headers` has another content type. */
export function answerOf(body: string, { status = 200, headers = {} }: Partial<Answer> = {}): Answer {
  const type = { "cache-control": "no-store", "content-type": JSON_TYPE };
  return { status, headers: { ...type, "content-length": Buffer.byteLength(body), ...headers }, body };
}

/** The refusal as JSON. */
export function refusal({ status, ...body }: Refusal): Answer {
  const headers = {
    ...(status === 405 && { allow: "GET" }),
    // The rest of such a request is not read.
    ...(status === 413 && { connection: "close" }),
  };
  return answerOf(JSON.stringify(body), { status, headers });
}

/** @returns the port. @throws {UsageError} The address is in use or cannot be used. */
export async function listenOn(server: Server, { host, port }: Address): Promise<number> {
  try {
    server.listen({ host, port });
    await once(server, "listening");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const problem = code === "EADDRINUSE" ? "is in use" : `cannot be used (${String(code)})`;
    throw new UsageError(
      `port ${port} of ${host ?? "all interfaces"} ${problem}\n  fix: Use another port (--endpoint PORT, --metrics ADDRESS:PORT), or 0 for any free port.`,
    );
  }
  const address = server.address();
  return typeof address === "object" && address ? address.port : port;
}

/** Ends every connection. */
export async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}
