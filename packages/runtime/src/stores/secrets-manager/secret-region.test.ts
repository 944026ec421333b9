import { expect, it } from "vitest";
import { secretRegion } from "./secret-region.ts";

it.each([
  ["arn:aws:secretsmanager:us-west-2:123456789012:secret:agent/roles-AbCdEf", "us-west-2"],
  ["arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:x", "us-gov-west-1"],
  ["agent/roles", undefined],
  ["arn:", undefined],
])("finds in %s the Region %s", (secretId, region) => {
  expect(secretRegion(secretId)).toBe(region);
});
