import { describe, expect, it } from "vitest";
import { presignedUrl, type SignOptions, signedHeaders } from "./sign.test-helper.ts";
import { readSignedRequest } from "./signed-request.ts";
import { verifySignature } from "./verify-signature.ts";

const NOW = Date.UTC(2026, 10, 22, 12);
const SIGNER = { accessKeyId: "ASIAIOSFODNN7EXAMPLE", secretAccessKey: "right", sessionToken: "token" };

interface Sent {
  readonly headers?: Record<string, string>;
  readonly url?: string;
  readonly body?: string;
  readonly secret?: string;
  readonly now?: number;
}

/** Signs a request, lets `sent` differ from what was signed, and verifies. */
const verify = async (options: Partial<SignOptions>, sent: Sent = {}): Promise<string> => {
  const base = { ...SIGNER, service: "sts", signingDate: new Date(NOW), body: "Action=GetCallerIdentity" };
  const signing = { ...base, ...options };
  const headers = { ...(await signedHeaders(signing)), ...sent.headers };
  const request = { method: signing.method ?? "POST", url: sent.url ?? signing.path ?? "/", headers };
  const signed = readSignedRequest(request);
  if (!signed) throw new Error("the request is not signed");
  const body = Buffer.from(sent.body ?? signing.body);
  return verifySignature({ request, signed, body }, sent.secret ?? "right", sent.now ?? NOW);
};

describe("verifySignature", () => {
  it("takes what was signed with the same secret", async () => {
    expect(await verify({})).toBe("valid");
  });

  it("refuses another secret, token, host, path or hash of the body", async () => {
    expect(await verify({}, { secret: "wrong" })).toBe("mismatch");
    expect(await verify({}, { headers: { "x-amz-security-token": "other" } })).toBe("mismatch");
    expect(await verify({}, { headers: { host: "other:4566" } })).toBe("mismatch");
    expect(await verify({}, { url: "/other" })).toBe("mismatch");
    expect(await verify({}, { headers: { "x-amz-content-sha256": "0" } })).toBe("mismatch");
  });

  it("hashes the body when no header has its hash", async () => {
    expect(await verify({ contentHash: false })).toBe("valid");
    expect(await verify({ contentHash: false }, { body: "Action=Other" })).toBe("mismatch");
  });

  it("does not mind headers that are not signed", async () => {
    expect(await verify({}, { headers: { "user-agent": "rewritten", "x-forwarded-for": "10.0.0.1" } })).toBe("valid");
  });

  it("takes a query in whatever order it is sent", async () => {
    const query = { b: "2 +ü", a: "1", Action: "X" };
    const url = "/?Action=X&b=2%20%2B%C3%BC&a=1";
    expect(await verify({ method: "GET", query, body: "" }, { url })).toBe("valid");
    expect(await verify({ method: "GET", query, body: "" }, { url: "/?Action=Y&b=2&a=1" })).toBe("mismatch");
  });

  it("encodes the path of S3 once, of others twice", async () => {
    const path = "/bucket/a%20b%2Bc";
    expect(await verify({ service: "s3", method: "PUT", path })).toBe("valid");
    expect(await verify({ service: "execute-api", method: "PUT", path })).toBe("valid");
  });

  it("takes a request within five minutes, either way", async () => {
    expect(await verify({}, { now: NOW + 300_000 })).toBe("valid");
    expect(await verify({}, { now: NOW - 300_000 })).toBe("valid");
    expect(await verify({}, { now: NOW + 300_001 })).toBe("skewed");
    expect(await verify({}, { now: NOW - 300_001 })).toBe("skewed");
  });

  it("refuses a body that does not have the signed hash", async () => {
    expect(await verify({}, { body: "Action=AssumeRole" })).toBe("mismatch");
    expect(await verify({ service: "s3", method: "PUT", path: "/b/k" }, { body: "other" })).toBe("mismatch");
  });

  it("refuses a signature that does not cover the host", async () => {
    const headers = await signedHeaders({ ...SIGNER, service: "sts", signingDate: new Date(NOW) });
    const authorization = headers["authorization"]?.replace(/host;/, "");
    expect(await verify({}, { headers: { ...headers, authorization: authorization ?? "" } })).toBe("mismatch");
  });

  it("refuses a request without a date", async () => {
    expect(await verify({}, { headers: { "x-amz-date": "yesterday" } })).toBe("mismatch");
  });
});

const presigned = async (
  options: Partial<SignOptions> & { readonly expiresIn?: number } = {},
  sent: {
    readonly edit?: (url: string) => string;
    readonly secret?: string;
    readonly now?: number;
    readonly method?: string;
  } = {},
): Promise<string> => {
  const base = { ...SIGNER, service: "s3", signingDate: new Date(NOW), method: "GET", path: "/bucket/a%20key" };
  const signing = { ...base, ...options };
  const url = (sent.edit ?? ((same) => same))(await presignedUrl(signing));
  const request = {
    method: sent.method ?? signing.method,
    url,
    headers: { host: "localhost:4566", range: "bytes=0-1" },
  };
  const signed = readSignedRequest(request);
  if (!signed) return "unsigned";
  return verifySignature({ request, signed, body: Buffer.alloc(0) }, sent.secret ?? "right", sent.now ?? NOW);
};

describe("verifySignature of a presigned URL", () => {
  it("takes what was signed with the same secret, for S3 and for STS", async () => {
    expect(await presigned()).toBe("valid");
    expect(await presigned({ query: { "response-content-type": "text/plain", versionId: "1" } })).toBe("valid");
    expect(await presigned({ service: "sts", path: "/", query: { Action: "GetCallerIdentity" } })).toBe("valid");
    expect(await presigned({ method: "PUT" }, { method: "PUT" })).toBe("valid");
  });

  it.each([
    ["another secret", { secret: "wrong" }],
    ["another method", { method: "DELETE" }],
    ["another key", { edit: (url: string) => url.replace("a%20key", "other") }],
    ["one more parameter", { edit: (url: string) => `${url}&acl` }],
    ["a longer life", { edit: (url: string) => url.replace("Expires=900", "Expires=9000") }],
    ["another token", { edit: (url: string) => url.replace("Token=token", "Token=other") }],
    ["no signature", { edit: (url: string) => url.replace(/X-Amz-Signature=[0-9a-f]+/, "X-Amz-Signature=") }],
  ])("refuses %s", async (_case, sent) => {
    expect(await presigned({}, sent)).toBe("mismatch");
  });

  it("is valid for its own lifetime, at most a week", async () => {
    expect(await presigned({}, { now: NOW + 900_000 })).toBe("valid");
    expect(await presigned({}, { now: NOW + 901_000 })).toBe("stale");
    expect(await presigned({}, { now: NOW - 300_001 })).toBe("skewed");
    expect(await presigned({}, { edit: (url) => url.replace("Expires=900", "Expires=604801") })).toBe("stale");
  });
});
