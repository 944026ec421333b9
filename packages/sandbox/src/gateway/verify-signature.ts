import { Sha256Node } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { readSignedRequest, type SignedRequest } from "./signed-request.ts";

/** AWS accepts a request within five minutes of its clock. */
const MAX_SKEW_MS = 300_000;

/** A request with everything that its signature covers. */
export interface Signed {
  readonly request: Pick<IncomingMessage, "headers" | "method" | "url">;
  readonly signed: SignedRequest;
  /** Not needed when a header holds the hash of the body, as for S3. */
  readonly body?: Buffer | undefined;
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
): Promise<"valid" | "mismatch" | "skewed"> {
  const { accessKeyId, authorization, region, service } = signed;
  if (!authorization) return "valid";
  const signingDate = amzDate(request.headers["x-amz-date"]);
  if (!signingDate) return "mismatch";
  if (Math.abs(signingDate.getTime() - nowMs) > MAX_SKEW_MS) return "skewed";

  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region,
    service,
    sha256: Sha256Node,
    applyChecksum: false,
    // Only S3 encodes the path once.
    uriEscapePath: service !== "s3",
  });
  const signableHeaders = new Set(authorization.signedHeaders);
  const again = await signer.sign(unsignedCopy(request, signableHeaders, body), { signingDate, signableHeaders });
  const expected = readSignedRequest({ headers: again.headers })?.authorization?.signature;
  return expected !== undefined && isSame(expected, authorization.signature) ? "valid" : "mismatch";
}

/** `20261122T195205Z` */
function amzDate(text: string | string[] | undefined): Date | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(text));
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

function unsignedCopy(
  request: Signed["request"],
  signedHeaders: ReadonlySet<string>,
  body: Buffer | undefined,
): HttpRequest {
  const [path = "/", search = ""] = (request.url ?? "/").split("?");
  const headers = Object.entries(request.headers).filter(([name]) => signedHeaders.has(name));
  const query: Record<string, string[]> = {};
  for (const [name, value] of new URLSearchParams(search)) (query[name] ??= []).push(value);
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
