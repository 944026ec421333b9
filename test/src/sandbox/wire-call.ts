import type { Sandbox } from "@agent-roles/sandbox";
import { Sha256Node } from "@smithy/core/checksum";
import { HttpRequest } from "@smithy/core/protocols";
import { SignatureV4 } from "@smithy/signature-v4";

/** The prefixes of `X-Amz-Target`; the other services have the query protocol. */
const TARGETS: Readonly<Record<string, string>> = {
  dynamodb: "DynamoDB_20120810",
  organizations: "AWSOrganizationsV20161128",
  secretsmanager: "secretsmanager",
  ssm: "AmazonSSM",
};

/** What a service answered. */
export interface WireAnswer {
  readonly status: number;
  /** Left out for an answer that is no error. */
  readonly code?: string;
  readonly message: string;
  readonly contentType: string;
}

/** The signed HTTP request of a client that does not check its input, as the administrator of the first account. */
export interface WireCall {
  readonly service: string;
  readonly action?: string;
  readonly input?: object;
  readonly method?: string;
  readonly path?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Sends a call and reads the error document of its protocol. */
export async function wireCall(sandbox: Sandbox, call: WireCall): Promise<WireAnswer> {
  const { service, action = "", input = {}, method = "POST", path = "/", query = {} } = call;
  const target = TARGETS[service];
  const form = new URLSearchParams({ Action: action, ...input }).toString();
  const body = call.body ?? (target ? JSON.stringify(input) : service === "s3" ? undefined : form);
  const signer = new SignatureV4({
    credentials: sandbox.admin(),
    region: "us-east-1",
    service,
    sha256: Sha256Node,
    uriEscapePath: service !== "s3",
  });
  const { headers } = await signer.sign(
    new HttpRequest({
      method,
      path,
      query: { ...query },
      headers: {
        host: `localhost:${sandbox.port}`,
        ...(service !== "s3" && { "content-type": "application/x-www-form-urlencoded" }),
        ...(target && { "content-type": "application/x-amz-json-1.1", "x-amz-target": `${target}.${action}` }),
      },
      ...(body !== undefined && { body }),
    }),
  );
  const search = new URLSearchParams(query).toString();
  const answer = await fetch(`${sandbox.endpoint}${path}${search && `?${search}`}`, {
    method,
    headers,
    ...(body !== undefined && { body }),
  });
  const text = await answer.text();
  const contentType = answer.headers.get("content-type") ?? "";
  if (answer.ok) return { status: answer.status, message: text, contentType };
  const inXml = (name: string): string => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1] ?? "";
  if (!target) return { status: answer.status, code: inXml("Code"), message: unescape(inXml("Message")), contentType };
  const { __type = "", ...rest }: { __type?: string; message?: string; Message?: string } = JSON.parse(text);
  const code = __type.split("#").at(-1) ?? "";
  return { status: answer.status, code, message: rest.message ?? rest.Message ?? "", contentType };
}

function unescape(xml: string): string {
  return xml
    .replaceAll(/&#x(?<hex>[\da-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll("&quot;", '"')
    .replaceAll("&apos;", "'")
    .replaceAll("&#39;", "'")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}
