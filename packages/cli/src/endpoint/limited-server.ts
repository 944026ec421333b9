import { STATUS_CODES } from "node:http";
import { fastify, type FastifyInstance, type FastifyReply } from "fastify";
import { UsageError } from "../usage-error.ts";
import type { Refusal } from "./refused-request.ts";

export interface Address {
  /** An IP address; `::` for all interfaces. */
  readonly host: string;
  readonly port: number;
}

/** Longer than AWS clients wait for an answer, and short enough for slow requests to hold nothing up. */
const REQUEST_LIMIT_MS = 5_000;
const CONNECTIONS = 1_000;

export const JSON_TYPE = "application/json; charset=utf-8";

/** A server with limits for the size and the time of requests. */
export function limitedServer(): FastifyInstance {
  const app = fastify({
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    requestTimeout: REQUEST_LIMIT_MS,
    connectionTimeout: 2 * REQUEST_LIMIT_MS,
    keepAliveTimeout: 2 * REQUEST_LIMIT_MS,
    bodyLimit: 1,
    routerOptions: { maxParamLength: 1_000 },
    http: { maxHeaderSize: 8_192, headersTimeout: REQUEST_LIMIT_MS, connectionsCheckingInterval: 1_000 },
    frameworkErrors: (error, _, reply) => {
      void refuse(reply, { status: error.statusCode ?? 400, code: "BadRequest", message: "the path is malformed" });
    },
    // What Node's parser refuses never reaches a route.
    clientErrorHandler: ({ code }, socket) => {
      if (code === "ECONNRESET" || !socket.writable) return void socket.destroy();
      const { status, ...body } = parserRefusal(code);
      const text = JSON.stringify(body);
      socket.end(
        `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`,
      );
    },
  });
  app.server.maxConnections = CONNECTIONS;
  app.setNotFoundHandler((_, reply) =>
    refuse(reply, { status: 404, code: "NotFound", message: "there is no such path" }),
  );
  app.setErrorHandler((_, __, reply) => refuse(reply, { status: 500, code: "Unknown", message: "the request failed" }));
  return app;
}

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

/** Answers with the refusal as JSON. */
export function refuse(reply: FastifyReply, { status, code, message }: Refusal): FastifyReply {
  if (status === 405) void reply.header("allow", "GET");
  // The rest of such a request is not read.
  if (status === 413) void reply.header("connection", "close");
  // A malformed path is refused before any hook.
  void reply.header("cache-control", "no-store");
  return reply.code(status).type(JSON_TYPE).send(JSON.stringify({ code, message }));
}

/** @returns the port. @throws {UsageError} The address is in use or cannot be used. */
export async function listenOn(app: FastifyInstance, { host, port }: Address): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    const problem = code === "EADDRINUSE" ? "is in use" : `cannot be used (${String(code)})`;
    throw new UsageError(
      `port ${port} of ${host} ${problem}\n  fix: choose another one: --endpoint PORT or --metrics ADDRESS:PORT; 0 for any free port`,
    );
  }
  const address = app.server.address();
  return typeof address === "object" && address ? address.port : port;
}
