import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer, text } from "node:stream/consumers";
import { type Caller, callerAccount } from "../sts/caller.ts";
import { resultXml } from "../sts/sts-answer.ts";
import { answerSts, type StsContext, UNSIGNED_ACTIONS } from "../sts/sts-service.ts";
import { authenticate, type AuthenticationContext } from "./authenticate.ts";
import { control, CONTROL_PATH } from "./control.ts";
import { type AuthFailure, authError, errorReply, protocolOf, type Reply } from "./error-document.ts";
import { forward } from "./forward.ts";
import { readSignedRequest, type SignedRequest } from "./signed-request.ts";

export interface GatewayContext extends StsContext, AuthenticationContext {
  readonly motoEndpoint: string;
  /** The reason when moto has exited. */
  readonly motoDeath: () => string | undefined;
}

/** Handles one request; never rejects. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * The gateway in front of moto: it authenticates each request, answers STS itself, refuses unknown and expired credentials
 * for every service, and forwards everything else as the caller's account.
 */
export function gatewayHandler(context: GatewayContext): RequestHandler {
  return async (request, response) => {
    const signed = readSignedRequest(request);
    try {
      const reply = await handle({ request, response, signed }, context);
      if (reply) sendReply(response, reply, context.now());
    } catch (error) {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const why = context.motoDeath() ?? (error instanceof Error ? error.message : String(error));
      const message = `the sandbox failed: ${why}`;
      const reply = errorReply({ status: 500, code: "InternalFailure", message }, protocolOf(signed?.service, request));
      sendReply(response, reply, context.now());
    }
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly signed: SignedRequest | undefined;
}

/** Returns the reply, or nothing when moto's was forwarded. */
async function handle({ request, response, signed }: Exchange, context: GatewayContext): Promise<Reply | undefined> {
  if (request.url?.startsWith(CONTROL_PATH)) return control(request, await text(request), context);
  // An upload to S3 can be large, and has its hash in a header.
  const body = signed?.service === "s3" ? undefined : await buffer(request);
  const caller = signed ? await authenticate({ request, signed, body }, context) : "unsigned";
  if (body && (signed?.service === "sts" || (!signed && isUnsignedSts(body)))) {
    const reply = await answerStsRequest(request, body, caller, context);
    if (!reply) response.destroy();
    return reply;
  }
  if (typeof caller === "string") {
    const protocol = protocolOf(signed?.service, request);
    return errorReply(authError(caller, protocol), protocol);
  }
  await forward(context.motoEndpoint, { request, response, accountId: callerAccount(caller), body });
  return undefined;
}

/** Returns nothing when a fault closes the connection. */
async function answerStsRequest(
  request: IncomingMessage,
  body: Buffer,
  caller: Caller | AuthFailure,
  context: GatewayContext,
): Promise<Reply | undefined> {
  const form = new URLSearchParams(request.method === "GET" ? request.url?.split("?")[1] : body.toString("utf8"));
  const asked = {
    caller: typeof caller === "string" ? authError(caller, "query") : caller,
    form,
    conditionKeys: connectionKeys(request, context.now()),
  };
  const answer = await answerSts(asked, context);
  if ("silent" in answer) return undefined;
  if ("code" in answer) return errorReply(answer, "query");
  return { status: 200, headers: { "content-type": "text/xml" }, body: resultXml(answer) };
}

function isUnsignedSts(body: Buffer): boolean {
  return UNSIGNED_ACTIONS.has(new URLSearchParams(body.toString("latin1")).get("Action") ?? "");
}

/** Condition keys that AWS sets from the connection and the clock. */
function connectionKeys(request: IncomingMessage, now: number): Record<string, string> {
  return {
    "aws:SourceIp": request.socket.remoteAddress === "::1" ? "::1" : "127.0.0.1",
    "aws:UserAgent": request.headers["user-agent"] ?? "",
    "aws:CurrentTime": new Date(now).toISOString(),
    "aws:EpochTime": String(Math.floor(now / 1000)),
  };
}

/** SDKs correct their clock skew with the `Date` header. */
function sendReply(response: ServerResponse, { status, headers, body }: Reply, now: number): void {
  const date = new Date(now).toUTCString();
  response.writeHead(status, { ...headers, date, "content-length": Buffer.byteLength(body) }).end(body);
}
