import type { IncomingMessage, ServerResponse } from "node:http";
import { buffer, text } from "node:stream/consumers";
import { callerAccount } from "../sts/caller.ts";
import { resultXml } from "../sts/sts-answer.ts";
import { answerSts, type StsContext } from "../sts/sts-service.ts";
import { authenticate } from "./authenticate.ts";
import { control, CONTROL_PATH } from "./control.ts";
import { AUTH_ERRORS, errorReply, protocolOf, type Reply } from "./error-document.ts";
import { forward } from "./forward.ts";
import { readSignature, type Signature } from "./signed-request.ts";

export interface GatewayContext extends StsContext {
  readonly motoEndpoint: string;
  /** The accounts whose users may call. */
  readonly accounts: readonly string[];
}

/** Handles one request; never rejects. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * The gateway in front of moto: it knows who calls, answers STS itself, refuses unknown and expired credentials for every
 * service, and hands everything else on as the caller's account.
 */
export function gatewayHandler(context: GatewayContext): RequestHandler {
  return async (request, response) => {
    const signature = readSignature(request);
    try {
      const reply = await handle(request, response, signature, context);
      if (reply) sendReply(response, reply);
    } catch (error) {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const message = `the sandbox failed: ${error instanceof Error ? error.message : String(error)}`;
      sendReply(
        response,
        errorReply({ status: 500, code: "InternalFailure", message }, protocolOf(signature?.service, request)),
      );
    }
  };
}

/** Gives the reply, or nothing when moto's has been passed on. */
async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  signature: Signature | undefined,
  context: GatewayContext,
): Promise<Reply | undefined> {
  if (request.url?.startsWith(CONTROL_PATH)) return control(request, await text(request), context);
  const protocol = protocolOf(signature?.service, request);
  const caller = signature ? await authenticate(signature, context) : "unsigned";
  if (signature?.service === "sts") {
    return answerStsRequest(request, typeof caller === "string" ? AUTH_ERRORS.query[caller] : caller, context);
  }
  if (typeof caller === "string") return errorReply(AUTH_ERRORS[protocol][caller], protocol);
  await forward(context.motoEndpoint, { request, response, accountId: callerAccount(caller) });
  return undefined;
}

async function answerStsRequest(
  request: IncomingMessage,
  caller: Parameters<typeof answerSts>[0]["caller"],
  context: GatewayContext,
): Promise<Reply> {
  const body = (await buffer(request)).toString("utf8");
  const form = new URLSearchParams(request.method === "GET" ? request.url?.split("?")[1] : body);
  const { answer } = await answerSts({ caller, form, conditionKeys: connectionKeys(request, context.now()) }, context);
  if ("code" in answer) return errorReply(answer, "query");
  return { status: 200, headers: { "content-type": "text/xml" }, body: resultXml(answer) };
}

/** Condition keys that AWS fills in from the connection and the clock. */
function connectionKeys(request: IncomingMessage, now: number): Record<string, string> {
  return {
    "aws:SourceIp": request.socket.remoteAddress === "::1" ? "::1" : "127.0.0.1",
    "aws:UserAgent": request.headers["user-agent"] ?? "",
    "aws:CurrentTime": new Date(now).toISOString(),
    "aws:EpochTime": String(Math.floor(now / 1000)),
  };
}

function sendReply(response: ServerResponse, { status, headers, body }: Reply): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) }).end(body);
}
