import { Sha256Node } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";

export interface SignOptions {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly service: string;
  readonly signingDate: Date;
  readonly host?: string;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Record<string, string>;
  readonly body?: string;
  readonly contentType?: string;
  /** `X-Amz-Target` of the JSON protocol. */
  readonly target?: string;
  /** Whether a header has the hash of the body: always in the JavaScript SDK, only for S3 in botocore. Default: true. */
  readonly contentHash?: boolean;
}

/** The headers of a request as an SDK signs it. */
export async function signedHeaders(options: SignOptions): Promise<Record<string, string>> {
  const { signingDate } = options;
  const contentType = options.contentType ?? "application/x-www-form-urlencoded";
  return (
    await signerOf(options).sign(
      requestOf(options, {
        "content-type": contentType,
        "user-agent": "not signed",
        ...(options.target !== undefined && { "x-amz-target": options.target }),
      }),
      {
        signingDate,
      },
    )
  ).headers;
}

/** The path and query of a URL as an SDK presigns it. */
export async function presignedUrl({
  expiresIn = 900,
  ...options
}: SignOptions & { readonly expiresIn?: number }): Promise<string> {
  const { signingDate, service } = options;
  const hash: Record<string, string> = service === "s3" ? { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } : {};
  const request = await signerOf(options).presign(requestOf(options, hash), { signingDate, expiresIn });
  const query = Object.entries(request.query ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
  return `${request.path}?${new URLSearchParams(query).toString().replaceAll("+", "%20")}`;
}

function signerOf({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  service,
  contentHash = true,
}: SignOptions): SignatureV4 {
  return new SignatureV4({
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
    region: "us-east-1",
    service,
    sha256: Sha256Node,
    applyChecksum: contentHash,
    uriEscapePath: service !== "s3",
  });
}

function requestOf(options: SignOptions, headers: Record<string, string>): HttpRequest {
  return new HttpRequest({
    method: options.method ?? "POST",
    path: options.path ?? "/",
    headers: { host: options.host ?? "localhost:4566", ...headers },
    ...(options.query && { query: options.query }),
    ...(options.body !== undefined && { body: options.body }),
  });
}
