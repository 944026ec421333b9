import type { IncomingMessage } from "node:http";

/** The signer that a request names, and the signature. */
export interface SignedRequest {
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name: `sts`, `s3`, `cloudformation`, … */
  readonly service: string;
  readonly sessionToken?: string;
  readonly signedHeaders: ReadonlySet<string>;
  readonly signature: string;
  /** Signature time, as in `20261122T195205Z`. */
  readonly date: string;
  /** Lifetime of a presigned URL; `undefined` when the `Authorization` header has the signature. */
  readonly expiresSeconds?: number;
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<credential>[^,\s]+),\s*SignedHeaders=(?<signedHeaders>[^,\s]+),\s*Signature=(?<signature>[0-9a-f]{64})$/;
/** `<key id>/<date>/<region>/<service>/aws4_request` */
const CREDENTIAL = /^(?<accessKeyId>[^/]+)\/\d{8}\/(?<region>[^/]+)\/(?<service>[a-z\d.-]+)\/aws4_request$/;
/** AWS limits a presigned URL to a week. */
const EXPIRES = /^\d{1,6}$/;

/**
 * Reads the signature from the `Authorization` header or the presigned query; `undefined` when the request is not signed
 * with Signature Version 4, or has both.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 */
export function readSignedRequest({
  headers,
  url,
}: Pick<IncomingMessage, "headers" | "url">): SignedRequest | undefined {
  const { query } = splitUrl(url);
  const expires = query.get("X-Amz-Expires") ?? "";
  if (headers.authorization === undefined) {
    if (query.get("X-Amz-Algorithm") !== "AWS4-HMAC-SHA256" || !EXPIRES.test(expires)) return undefined;
    const [signature = "", signedHeaders = ""] = ["X-Amz-Signature", "X-Amz-SignedHeaders"].map(
      (key) => query.get(key) ?? "",
    );
    return signed(query.get("X-Amz-Credential"), query.get("X-Amz-Security-Token"), {
      signature,
      signedHeaders: new Set(signedHeaders.split(";")),
      date: query.get("X-Amz-Date") ?? "",
      expiresSeconds: Number(expires),
    });
  }
  const {
    credential = "",
    signedHeaders = "",
    signature = "",
  } = AUTHORIZATION.exec(headers.authorization)?.groups ?? {};
  if (query.has("X-Amz-Signature")) return undefined;
  return signed(credential, text(headers["x-amz-security-token"]), {
    signature,
    signedHeaders: new Set(signedHeaders.split(";")),
    date: text(headers["x-amz-date"]) ?? "",
  });
}

/** Splits a request target at its first question mark. */
export function splitUrl(url = "/"): { readonly path: string; readonly query: URLSearchParams } {
  const end = url.indexOf("?");
  return end < 0
    ? { path: url, query: new URLSearchParams() }
    : { path: url.slice(0, end), query: new URLSearchParams(url.slice(end + 1)) };
}

function signed(
  credential: string | null,
  sessionToken: string | null,
  signature: Pick<SignedRequest, "signature" | "signedHeaders" | "date" | "expiresSeconds">,
): SignedRequest | undefined {
  const groups = CREDENTIAL.exec(credential ?? "")?.groups;
  if (!groups) return undefined;
  const { accessKeyId = "", region = "", service = "" } = groups;
  return { accessKeyId, region, service, ...(sessionToken !== null && { sessionToken }), ...signature };
}

function text(value: string | string[] | undefined): string | null {
  return typeof value === "string" ? value : null;
}
