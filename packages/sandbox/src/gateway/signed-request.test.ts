import { describe, expect, it } from "vitest";
import { readSignedRequest } from "./signed-request.ts";

const SIGNATURE = "0123456789abcdef".repeat(4);
const CREDENTIAL = "ASIAIOSFODNN7EXAMPLE/20261122/eu-central-1/cloudformation/aws4_request";

describe("readSignedRequest", () => {
  it.each([", ", ","])("reads an Authorization header whose parts are joined by %j", (comma: string) => {
    const authorization =
      `AWS4-HMAC-SHA256 Credential=${CREDENTIAL}, SignedHeaders=host;x-amz-date, Signature=${SIGNATURE}`.replaceAll(
        ", ",
        comma,
      );
    expect(readSignedRequest({ headers: { authorization, "x-amz-security-token": "token" }, url: "/" })).toEqual({
      accessKeyId: "ASIAIOSFODNN7EXAMPLE",
      region: "eu-central-1",
      service: "cloudformation",
      sessionToken: "token",
      authorization: { signedHeaders: ["host", "x-amz-date"], signature: SIGNATURE },
    });
  });

  it("reads a presigned query", () => {
    const query = new URLSearchParams({ "X-Amz-Credential": CREDENTIAL, "X-Amz-Security-Token": "a+b" });
    expect(readSignedRequest({ headers: {}, url: `/bucket/key?${query.toString()}` })).toEqual({
      accessKeyId: "ASIAIOSFODNN7EXAMPLE",
      region: "eu-central-1",
      service: "cloudformation",
      sessionToken: "a+b",
    });
  });

  it("reads the older presigned query of S3", () => {
    const url = "/bucket/key?AWSAccessKeyId=ASIAIOSFODNN7EXAMPLE&Signature=x&Expires=1&x-amz-security-token=token";
    expect(readSignedRequest({ headers: {}, url })).toMatchObject({ service: "s3", sessionToken: "token" });
  });

  it.each(["Bearer x", "AWS4-HMAC-SHA256 Credential=too/short, SignedHeaders=host, Signature=0", ""])(
    "takes the Authorization %j for none",
    (authorization) => {
      expect(readSignedRequest({ headers: { authorization }, url: "/" })).toBeUndefined();
    },
  );

  it("takes a request without either for unsigned", () => {
    expect(readSignedRequest({ headers: {}, url: "/bucket/key" })).toBeUndefined();
  });
});
