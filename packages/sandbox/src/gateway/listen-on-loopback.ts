import { createServer, type Server } from "node:http";
import { once } from "node:events";
import { errno } from "../errno.ts";
import { SandboxError } from "../sandbox-error.ts";
import type { RequestHandler } from "./gateway.ts";

/** A server that listens on loopback: IPv4 and, if available, IPv6. */
export interface LoopbackServer {
  readonly port: number;
  /** Stops listening and closes every connection. */
  close(): Promise<void>;
}

/** A port that is free on 127.0.0.1 is almost always free on ::1. */
const MAX_TRIES = 5;

/**
 * Listens on 127.0.0.1 and on ::1, on the same port: `localhost` can be either.
 *
 * @param port 0 selects a free port.
 * @throws SandboxError `PortTaken`.
 */
export async function listenOnLoopback(handler: RequestHandler, port: number): Promise<LoopbackServer> {
  for (let tries = 1; ; tries += 1) {
    const ipv4 = await listen(handler, "127.0.0.1", port).catch((error: unknown) => {
      throw taken(port, error);
    });
    const actual = portOf(ipv4);
    try {
      const ipv6 = await listen(handler, "::1", actual);
      return { port: actual, close: () => closeAll([ipv4, ipv6]) };
    } catch (error) {
      // A machine without IPv6 has no ::1.
      if (!isTaken(error)) return { port: actual, close: () => closeAll([ipv4]) };
      await closeAll([ipv4]);
      if (port !== 0 || tries === MAX_TRIES) throw taken(actual, error);
    }
  }
}

async function listen(handler: RequestHandler, host: string, port: number): Promise<Server> {
  const server = createServer((request, response) => void handler(request, response));
  server.listen({ host, port });
  await once(server, "listening");
  return server;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(
    servers.map(async (server) => {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    }),
  );
}

function isTaken(error: unknown): boolean {
  return errno(error) === "EADDRINUSE";
}

function taken(port: number, cause: unknown): unknown {
  const code = errno(cause);
  if (code !== "EADDRINUSE" && code !== "EACCES") return cause;
  const why = code === "EADDRINUSE" ? "is in use by another program" : "is not allowed for this user";
  return new SandboxError(`port ${port} ${why}`, {
    code: "PortTaken",
    fix: "Choose another port, or 0 for a free one.",
    cause,
  });
}
