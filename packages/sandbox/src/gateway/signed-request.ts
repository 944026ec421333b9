import type { IncomingMessage } from "node:http";

/** What SigV4 says of a request, from its `Authorization` header or its presigned query. */
export interface Signature {
  readonly accessKeyId: string;
  readonly region: string;
  /** The signing name: `sts`, `s3`, `cloudformation`, … */
  readonly service: string;
  readonly sessionToken: string | undefined;
  /** The `Authorization` header is checked; a presigned query is only read. */
  readonly presigned: boolean;
}

/** `Credential=<key id>/<date>/<region>/<service>/aws4_request` */
const CREDENTIAL = /^(?<accessKeyId>[^/]+)\/\d{8}\/(?<region>[^/]+)\/(?<service>[^/]+)\/aws4_request$/;

/**
 * Reads who signed a request and for which service; `undefined` when it is not signed with SigV4.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html
 */
export function readSignature(request: Pick<IncomingMessage, "headers" | "url">): Signature | undefined {
  const authorization = request.headers.authorization;
  if (authorization !== undefined) {
    const credential = /^AWS4-HMAC-SHA256 .*\bCredential=(?<credential>[^,\s]+)/.exec(authorization)?.groups?.[
      "credential"
    ];
    const token = request.headers["x-amz-security-token"];
    return signature(credential, typeof token === "string" ? token : undefined, false);
  }
  const query = new URLSearchParams(request.url?.split("?")[1] ?? "");
  const credential = query.get("X-Amz-Credential");
  if (credential === null) return undefined;
  return signature(credential, query.get("X-Amz-Security-Token") ?? undefined, true);
}

function signature(
  credential: string | undefined,
  sessionToken: string | undefined,
  presigned: boolean,
): Signature | undefined {
  const groups = CREDENTIAL.exec(credential ?? "")?.groups;
  if (!groups) return undefined;
  const { accessKeyId = "", region = "", service = "" } = groups;
  return { accessKeyId, region, service, sessionToken, presigned };
}
