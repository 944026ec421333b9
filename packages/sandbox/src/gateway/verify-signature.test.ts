import { describe, expect, it } from "vitest";
import { type SignOptions, signedHeaders } from "./sign.test-helper.ts";
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

  it("refuses a request without a date", async () => {
    expect(await verify({}, { headers: { "x-amz-date": "yesterday" } })).toBe("mismatch");
  });
});
