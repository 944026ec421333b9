import { describe, expect, it } from "vitest";
import { readSignedRequest, splitUrl } from "./signed-request.ts";

const SIGNATURE = "0123456789abcdef".repeat(4);
const CREDENTIAL = "ASIAIOSFODNN7EXAMPLE/20261122/eu-central-1/cloudformation/aws4_request";
const PRESIGNED = {
  "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
  "X-Amz-Credential": CREDENTIAL,
  "X-Amz-Date": "20261122T120000Z",
  "X-Amz-Expires": "60",
  "X-Amz-SignedHeaders": "host",
  "X-Amz-Signature": SIGNATURE,
  "X-Amz-Security-Token": "a+b",
};

const query = (parameters: Record<string, string>): string =>
  `/bucket/key?${new URLSearchParams(parameters).toString()}`;

describe("readSignedRequest", () => {
  it.each([", ", ","])("reads an Authorization header whose parts are joined by %j", (comma: string) => {
    const authorization =
      `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host;x-amz-date, Signature=${SIGNATURE}`.replaceAll(
        ", ",
        comma,
      );
    const headers = { authorization, "x-amz-security-token": "token", "x-amz-date": "20261122T120000Z" };
    expect(readSignedRequest({ headers, url: "/" })).toEqual({
      accessKeyId: "ASIAIOSFODNN7EXAMPLE",
      region: "eu-central-1",
      service: "cloudformation",
      sessionToken: "token",
      signedHeaders: new Set(["host", "x-amz-date"]),
      signature: SIGNATURE,
      date: "20261122T120000Z",
    });
  });

  it("reads a presigned query", () => {
    expect(readSignedRequest({ headers: {}, url: query(PRESIGNED) })).toEqual({
      accessKeyId: "ASIAIOSFODNN7EXAMPLE",
      region: "eu-central-1",
      service: "cloudformation",
      sessionToken: "a+b",
      signedHeaders: new Set(["host"]),
      signature: SIGNATURE,
      date: "20261122T120000Z",
      expiresSeconds: 60,
    });
  });

  it.each([
    ["Signature Version 2", { AWSAccessKeyId: "ASIAIOSFODNN7EXAMPLE", Signature: "x", Expires: "1" }],
    ["another algorithm", { ...PRESIGNED, "X-Amz-Algorithm": "AWS4-ECDSA-P256-SHA256" }],
    ["a lifetime that is no number", { ...PRESIGNED, "X-Amz-Expires": "1e9" }],
    [
      "a credential without a date",
      { ...PRESIGNED, "X-Amz-Credential": "ASIAIOSFODNN7EXAMPLE/eu-central-1/s3/aws4_request" },
    ],
  ])("treats a query with %s as unsigned", (_case, parameters) => {
    expect(readSignedRequest({ headers: {}, url: query(parameters) })).toBeUndefined();
  });

  it("treats a request with a header and a presigned query as unsigned", () => {
    const authorization = `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host, Signature=${SIGNATURE}`;
    expect(readSignedRequest({ headers: { authorization }, url: query(PRESIGNED) })).toBeUndefined();
  });

  it.each(["Bearer x", "AWS4-HMAC-SHA256 Credential=too/short, SignedHeaders=host, Signature=0", ""])(
    "treats the Authorization %j as unsigned",
    (authorization) => {
      expect(readSignedRequest({ headers: { authorization }, url: "/" })).toBeUndefined();
    },
  );

  it("treats a request without either as unsigned", () => {
    expect(readSignedRequest({ headers: {}, url: "/bucket/key" })).toBeUndefined();
  });
});

describe("splitUrl", () => {
  it("splits at the first question mark only", () => {
    const { path, query: parameters } = splitUrl("/a?b=1?c=2&d");
    expect([path, [...parameters]]).toEqual([
      "/a",
      [
        ["b", "1?c=2"],
        ["d", ""],
      ],
    ]);
  });
});
