import type { IncomingMessage } from "node:http";

/** The signer that a request names. */
export interface SignedRequest {
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name: `sts`, `s3`, `cloudformation`, … */
  readonly service: string;
  readonly sessionToken?: string;
  /** What the `Authorization` header signs. A presigned query is read, not verified. */
  readonly authorization?: { readonly signedHeaders: readonly string[]; readonly signature: string };
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<credential>[^,\s]+),\s*SignedHeaders=(?<signedHeaders>[^,\s]+),\s*Signature=(?<signature>[0-9a-f]{64})$/;
/** `<key id>/<date>/<region>/<service>/aws4_request` */
const CREDENTIAL = /^(?<accessKeyId>[^/]+)\/\d{8}\/(?<region>[^/]+)\/(?<service>[^/]+)\/aws4_request$/;

/**
 * Reads the signer and the service from the `Authorization` header or the presigned query; `undefined` when the request
 * is not signed.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 */
export function readSignedRequest(request: Pick<IncomingMessage, "headers" | "url">): SignedRequest | undefined {
  const { authorization } = request.headers;
  if (authorization !== undefined) {
    const { credential, signedHeaders = "", signature = "" } = AUTHORIZATION.exec(authorization)?.groups ?? {};
    const token = request.headers["x-amz-security-token"];
    const signer = signerOf(credential, typeof token === "string" ? token : null);
    return signer && { ...signer, authorization: { signedHeaders: signedHeaders.split(";"), signature } };
  }
  return readPresigned(new URLSearchParams(request.url?.split("?")[1]));
}

function readPresigned(query: URLSearchParams): SignedRequest | undefined {
  // Signature version 2, which the AWS CLI still uses for S3.
  const accessKeyId = query.get("AWSAccessKeyId");
  if (accessKeyId === null) return signerOf(query.get("X-Amz-Credential"), query.get("X-Amz-Security-Token"));
  const sessionToken = query.get("x-amz-security-token");
  return { accessKeyId, region: "us-east-1", service: "s3", ...(sessionToken !== null && { sessionToken }) };
}

function signerOf(credential: string | null | undefined, sessionToken: string | null): SignedRequest | undefined {
  const groups = CREDENTIAL.exec(credential ?? "")?.groups;
  if (!groups) return undefined;
  const { accessKeyId = "", region = "", service = "" } = groups;
  return { accessKeyId, region, service, ...(sessionToken !== null && { sessionToken }) };
}
