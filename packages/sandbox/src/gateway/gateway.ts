import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { authorize } from "../authorize/authorize.ts";
import type { MotoServer } from "../moto/launch-moto.ts";
import type { Caller } from "../sts/caller.ts";
import type { StsContext } from "../sts/issue-session.ts";
import { failure, resultXml, type ServiceError } from "../sts/sts-answer.ts";
import { answerSts, UNSIGNED_ACTIONS } from "../sts/sts-service.ts";
import { control, CONTROL_PATH } from "./control.ts";
import { type AuthFailure, authError, errorReply, protocolOf, type Reply } from "./error-document.ts";
import { forward } from "./forward.ts";
import { readSignedRequest, type SignedRequest, splitUrl } from "./signed-request.ts";
import { type Signed, verifySignature } from "./verify-signature.ts";

export interface GatewayContext extends StsContext {
  readonly moto: Pick<MotoServer, "endpoint" | "gatewayToken">;
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
      const reply = errorReply(failure(500, "InternalFailure", message), protocolOf(signed?.service, request));
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
  const protocol = protocolOf(signed?.service, request);
  if (!isFromLocalProgram(request)) return errorReply(NOT_LOCAL, protocol);
  const body = await readBody(request);
  if (!Buffer.isBuffer(body)) return errorReply(body, protocol);
  if (request.url?.startsWith(CONTROL_PATH)) return control(request, body.toString(), context);
  const caller = signed ? await authenticate({ request, signed, body }, context) : "unsigned";
  if (signed?.service === "sts" || (!signed && isUnsignedSts(body))) {
    const reply = await answerStsRequest({ request, response, signed }, body, caller, context);
    if (!reply) response.destroy();
    return reply;
  }
  if (typeof caller === "string" || !signed) {
    return errorReply(authError(typeof caller === "string" ? caller : "unsigned", protocol), protocol);
  }
  const { service } = signed;
  const target = service === "s3" ? pathStyle(request) : { url: request.url ?? "/", host: request.headers.host ?? "" };
  const asked = { request: { headers: request.headers, method: request.method, url: target.url }, signed, body };
  const refusal = await authorize(asked, caller, connectionKeys(request, context.now()), context);
  const forwarded = { request, response, body, accountId: caller.accountId, service, ...target };
  if (refusal) {
    const invalid = refusal.isUnnamed && (await forward(context.moto, { ...forwarded, isCheckOnly: true }));
    if (invalid) return errorReply(invalid, protocol);
    const inJson = { ...refusal, status: 400, code: "AccessDeniedException" };
    return errorReply(protocol === "json" ? inJson : refusal, protocol);
  }
  const failed = await forward(context.moto, forwarded);
  return failed && errorReply(failed, protocol);
}

/**
 * Finds the signer of a request: a session that the gateway issued, or an IAM user with an active access key.
 * An IAM user's key is looked up for each request, so that a deleted key stops working at once.
 */
async function authenticate(signed: Signed, context: StsContext): Promise<Caller | AuthFailure> {
  const { accessKeyId, sessionToken } = signed.signed;
  const session = context.sessions.find(accessKeyId);
  if (session?.sessionToken !== sessionToken) return "invalid";
  const user = session ? undefined : await context.iam.userOf(accessKeyId);
  const secret = (session ?? user)?.secretAccessKey;
  if (secret === undefined) return "invalid";
  const verdict = await verifySignature(signed, secret, context.now());
  if (verdict !== "valid") return verdict;
  if (user) return user;
  return session && session.expirationMs > context.now() ? session : "expired";
}

/** Moves the bucket of a virtual host, `bucket.localhost`, into the path: moto would read it in a way of its own. */
function pathStyle({ headers: { host = "" }, url = "/" }: IncomingMessage): { url: string; host: string } {
  const { bucket, rest } = /^(?<bucket>.+)\.(?<rest>localhost(?::\d+)?)$/i.exec(host)?.groups ?? {};
  return bucket === undefined || rest === undefined ? { url, host } : { url: `/${bucket}${url}`, host: rest };
}

/**
 * Whether a program on this machine sent the request. A web page is not one: its browser sends `Origin` or
 * `Sec-Fetch-Site`, and a name that was rebound to loopback is in `Host`. S3 clients put a bucket before `localhost`;
 * names below `localhost` always mean loopback (RFC 6761).
 */
function isFromLocalProgram({ headers, rawHeaders }: IncomingMessage): boolean {
  const { host = "", origin, "sec-fetch-site": site = "none" } = headers;
  // Of two, Node keeps the first, and another reader can keep the second.
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  return hosts.length === 1 && origin === undefined && site === "none" && LOOPBACK_HOST.test(host);
}

const LOOPBACK_HOST = /^(?:(?:[\w.-]+\.)?localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;

const NOT_LOCAL = failure(
  403,
  "AccessDenied",
  "The sandbox answers programs on this machine only, with a host name that always means loopback. Use localhost.",
);

/** Larger than every request of the services that AWS limits to some MiB, and enough for the objects of a test. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** Reads a request's body; a larger one gives S3's `EntityTooLarge`. */
async function readBody(request: IncomingMessage): Promise<Buffer | ServiceError> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) {
      const message = `Your proposed upload exceeds the maximum allowed size of the sandbox, ${MAX_BODY_BYTES} bytes`;
      return failure(400, "EntityTooLarge", message);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Returns nothing when a fault closes the connection. */
async function answerStsRequest(
  { request, response, signed }: Exchange,
  body: Buffer,
  caller: Caller | AuthFailure,
  context: GatewayContext,
): Promise<Reply | undefined> {
  const { url = "/", headers: sent } = request;
  const checked = { request, response, body, url, host: sent.host ?? "", accountId: "", service: "sts" };
  const form = new URLSearchParams(request.method === "GET" ? splitUrl(request.url).query : body.toString("utf8"));
  const asked = {
    caller: typeof caller === "string" ? authError(caller, "query") : caller,
    form,
    conditionKeys: connectionKeys(request, context.now()),
    region: signed?.region ?? "",
    check: () => forward(context.moto, { ...checked, isCheckOnly: true }),
  };
  const answer = await answerSts(asked, context);
  if ("silent" in answer) return undefined;
  if ("code" in answer) return errorReply(answer, "query");
  const headers = { "content-type": "text/xml", "x-amzn-requestid": randomUUID() };
  return { status: 200, headers, body: resultXml(answer) };
}

function isUnsignedSts(body: Buffer): boolean {
  return UNSIGNED_ACTIONS.has(new URLSearchParams(body.toString("latin1")).get("Action") ?? "");
}

/** Condition keys that AWS sets from the connection and the clock. */
function connectionKeys(request: IncomingMessage, now: number): Record<string, string> {
  return {
    "aws:SourceIp": request.socket.remoteAddress === "::1" ? "::1" : "127.0.0.1",
    "aws:SecureTransport": "true",
    "aws:UserAgent": request.headers["user-agent"] ?? "",
    "aws:CurrentTime": new Date(now).toISOString(),
    "aws:EpochTime": String(Math.floor(now / 1000)),
  };
}

/** SDKs correct their clock skew with the `Date` header. */
function sendReply(response: ServerResponse, { status, headers, body }: Reply, now: number): void {
  const date = new Date(now).toUTCString();
  // What is left of a body that was too large would be read as the next request.
  if (!response.req.complete) response.shouldKeepAlive = false;
  response.writeHead(status, { ...headers, date, "content-length": Buffer.byteLength(body) }).end(body);
}
