import { Sha256Node } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";
import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { readSignedRequest, type SignedRequest, splitUrl } from "./signed-request.ts";

/** AWS accepts a request within five minutes of its clock. */
const MAX_SKEW_MS = 300_000;
const WEEK_SECONDS = 604_800;
const HASH_HEADER = "x-amz-content-sha256";
/** The query parameters that presigning adds. */
const PRESIGNED_PARAMETER = /^X-Amz-(?:Algorithm|Credential|Date|Expires|Security-Token|Signature|SignedHeaders)$/;

/** A request with everything that its signature covers. */
export interface Signed {
  readonly request: Pick<IncomingMessage, "headers" | "method" | "url">;
  readonly signed: SignedRequest;
  readonly body: Buffer;
}

/**
 * Signs the request again with the signer's secret access key and compares. Half-written credentials, such as the key ID
 * of one session with the secret of another, are refused as on AWS.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function verifySignature(
  { request, signed, body }: Signed,
  secretAccessKey: string,
  nowMs: number,
): Promise<"valid" | "mismatch" | "skewed" | "stale"> {
  const { accessKeyId, sessionToken, region, service, signedHeaders, expiresSeconds } = signed;
  const signingDate = amzDate(signed.date);
  const hash = request.headers[HASH_HEADER];
  if (!signingDate || !signedHeaders.has("host")) return "mismatch";
  // A signed hash protects the body only when it is the body's.
  if (/^[0-9a-f]{64}$/.test(String(hash)) && hash !== createHash("sha256").update(body).digest("hex"))
    return "mismatch";
  const ageMs = nowMs - signingDate.getTime();
  if (expiresSeconds === undefined ? Math.abs(ageMs) > MAX_SKEW_MS : -ageMs > MAX_SKEW_MS) return "skewed";
  if (expiresSeconds !== undefined && (expiresSeconds > WEEK_SECONDS || ageMs > expiresSeconds * 1000)) return "stale";

  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    region,
    service,
    sha256: Sha256Node,
    applyChecksum: false,
    // Only S3 encodes the path once.
    uriEscapePath: service !== "s3",
  });
  const again = await signAgain(signer, { request, signed, body }, signingDate);
  const expected = readSignedRequest(again)?.signature;
  return expected !== undefined && isSame(expected, signed.signature) ? "valid" : "mismatch";
}

async function signAgain(
  signer: SignatureV4,
  request: Signed,
  signingDate: Date,
): Promise<Pick<IncomingMessage, "headers" | "url">> {
  const { service, signedHeaders, expiresSeconds } = request.signed;
  const copy = unsignedCopy(request);
  if (expiresSeconds === undefined) {
    return { headers: (await signer.sign(copy, { signingDate, signableHeaders: new Set(signedHeaders) })).headers };
  }
  // S3 does not sign the body of a presigned request; the header passes the hash to the signer and is not signed itself.
  if (service === "s3" && !signedHeaders.has(HASH_HEADER)) copy.headers[HASH_HEADER] = "UNSIGNED-PAYLOAD";
  const { query } = await signer.presign(copy, {
    signingDate,
    expiresIn: expiresSeconds,
    signableHeaders: new Set(signedHeaders),
    unsignableHeaders: new Set(Object.keys(copy.headers).filter((name) => !signedHeaders.has(name))),
    unhoistableHeaders: new Set(Object.keys(copy.headers)),
  });
  const parameters = Object.entries(query ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
  return { headers: {}, url: `?${new URLSearchParams(parameters).toString()}` };
}

/** `20261122T195205Z` */
function amzDate(text: string): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function unsignedCopy({ request, signed: { signedHeaders, expiresSeconds }, body }: Signed): HttpRequest {
  const { path, query: parameters } = splitUrl(request.url);
  const isPresigned = expiresSeconds !== undefined;
  const headers = Object.entries(request.headers).filter(([name]) => signedHeaders.has(name) || name === HASH_HEADER);
  const query: Record<string, string[]> = {};
  for (const [name, value] of parameters) {
    if (!isPresigned || !PRESIGNED_PARAMETER.test(name)) (query[name] ??= []).push(value);
  }
  return new HttpRequest({
    method: request.method ?? "GET",
    path,
    query,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    body,
  });
}

function isSame(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
