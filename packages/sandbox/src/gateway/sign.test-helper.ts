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
  /** Whether a header has the hash of the body: always in the JavaScript SDK, only for S3 in botocore. Default: true. */
  readonly contentHash?: boolean;
}

/** The headers of a request as an SDK signs it. */
export async function signedHeaders(options: SignOptions): Promise<Record<string, string>> {
  const { accessKeyId, secretAccessKey, sessionToken, service, signingDate } = options;
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
  const isS3 = service === "s3";
  const signer = new SignatureV4({
    credentials,
    region: "us-east-1",
    service,
    sha256: Sha256Node,
    applyChecksum: options.contentHash ?? true,
    uriEscapePath: !isS3,
  });
  const request = new HttpRequest({
    method: options.method ?? "POST",
    path: options.path ?? "/",
    headers: {
      host: options.host ?? "localhost:4566",
      "content-type": options.contentType ?? "application/x-www-form-urlencoded",
      "user-agent": "not signed",
    },
    ...(options.query && { query: options.query }),
    ...(options.body !== undefined && { body: options.body }),
  });
  return (await signer.sign(request, { signingDate })).headers;
}
