import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { once } from "node:events";

/** An endpoint in front of another that remembers what is called. */
export interface RecordingProxy {
  readonly endpoint: string;
  /** The `Action` of each call, in order. */
  readonly actions: string[];
  /** Answers calls of this action itself, as `<code>` with this status; `undefined` forwards again. */
  refuse(action: string, error: { readonly status: number; readonly code: string } | undefined): void;
  /** Never answers calls of this action after so many. */
  answerOnly(count: number, action: string): void;
  close(): Promise<void>;
}

/** Forwards every call to an endpoint, the Host header too, for it is part of the signature. */
export async function recordingProxy(endpoint: string): Promise<RecordingProxy> {
  const actions: string[] = [];
  const refusals = new Map<string, { readonly status: number; readonly code: string }>();
  const limits = new Map<string, number>();
  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await buffer(incoming);
    const action = new URLSearchParams(body.toString()).get("Action") ?? `${incoming.method} ${incoming.url}`;
    actions.push(action);
    if (actions.filter((each) => each === action).length > (limits.get(action) ?? Infinity)) return;
    const refusal = refusals.get(action);
    if (refusal) {
      const { status, code } = refusal;
      outgoing.writeHead(status, { "content-type": "text/xml" });
      outgoing.end(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no</Message></Error></ErrorResponse>`,
      );
      return;
    }
    const forwarded = request(new URL(incoming.url ?? "/", endpoint), {
      method: incoming.method,
      headers: incoming.headers,
    });
    forwarded.end(body);
    const [answer]: IncomingMessage[] = await once(forwarded, "response");
    outgoing.writeHead(answer?.statusCode ?? 502, answer?.headers);
    answer?.pipe(outgoing);
  };
  const server = createServer((incoming, outgoing) => {
    handle(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    endpoint: `http://localhost:${port}`,
    actions,
    refuse: (action, error) => void (error ? refusals.set(action, error) : refusals.delete(action)),
    answerOnly: (count, action) => void limits.set(action, count),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
