import { callerIdentity } from "@agent-roles/runtime/master";
import { sweepTaskProfiles } from "@agent-roles/runtime/stores";
import { serveStdio, StdioServerTransport } from "@modelcontextprotocol/server/stdio";
import type { Transport } from "@modelcontextprotocol/server";
import process from "node:process";
import type { McpContext } from "./mcp-context.ts";
import { mcpServer } from "./mcp-server.ts";
import { openTasks } from "./open-tasks.ts";

/** No message of a client needs more. */
const LONGEST_MESSAGE_BYTES = 1024 * 1024;

export interface ServeMcpOptions extends Omit<McpContext, "identify">, Partial<Pick<McpContext, "identify">> {
  /** Of the server, for clients. */
  readonly version: string;
  /** Stops the server. */
  readonly signal: AbortSignal;
  /** Receives what is wrong with the connection. */
  readonly onError: (error: Error) => void;
  /** Default: standard input and output of this process. */
  readonly transport?: Transport;
}

/**
 * Serves MCP until the client closes the connection or the signal aborts, and then ends all tasks. Removes the profiles of servers
 * that were killed.
 *
 * @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports
 */
export async function serveMcp({ version, signal, onError, ...options }: ServeMcpOptions): Promise<void> {
  const context: McpContext = { identify: callerIdentity, ...options };
  const { env, clock } = context;
  await sweepTaskProfiles({ env, clock });
  const tasks = openTasks(context);
  const transport =
    options.transport ??
    new StdioServerTransport(process.stdin, process.stdout, { maxBufferSize: LONGEST_MESSAGE_BYTES });
  const handle = serveStdio(() => mcpServer(context, tasks, version), { transport, onerror: onError });
  const closed = new Promise<void>((resolve) => {
    const inner = transport.onclose;
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- a transport is no EventTarget
    transport.onclose = () => {
      inner?.();
      resolve();
    };
    signal.addEventListener("abort", () => resolve());
    if (signal.aborted) resolve();
  });
  await closed;
  await tasks.close();
  await handle.close();
}
