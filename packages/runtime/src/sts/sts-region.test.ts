import { expect, it } from "vitest";
import { stsRegion } from "./sts-region.ts";

it("takes AWS_REGION before AWS_DEFAULT_REGION before the partition's default", () => {
  const env = { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "eu-west-2" };
  expect(stsRegion(env)).toBe("eu-west-1");
  expect(stsRegion({ ...env, AWS_REGION: "" })).toBe("eu-west-2");
  expect(["aws", "aws-cn", "aws-us-gov", "aws-new", undefined].map((partition) => stsRegion({}, partition))).toEqual([
    "us-east-1",
    "cn-north-1",
    "us-gov-west-1",
    "us-east-1",
    "us-east-1",
  ]);
});

it.runIf(process.platform !== "win32").each(["AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"])(
  "refuses an endless file as %s before the SDK reads it, although AWS_REGION is set",
  (variable) => {
    expect(() => stsRegion({ AWS_REGION: "eu-west-1", [variable]: "/dev/zero" })).toThrow(
      "/dev/zero is not a regular file",
    );
  },
);
