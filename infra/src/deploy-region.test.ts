import { expect, it } from "vitest";
import { deployRegion } from "./deploy-region.ts";

it.each([
  ["aws", "eu-central-1"],
  ["aws", "us-west-2"],
  ["aws-cn", "cn-northwest-1"],
  ["aws-us-gov", "us-gov-east-1"],
  ["aws-iso", "us-iso-west-1"],
  ["aws-iso-b", "us-isob-east-1"],
])("in %s takes %s", (partition, region) => {
  expect(deployRegion(partition, region)).toBe(region);
});

it.each([
  ["aws", "us-east-1"],
  ["aws-cn", "cn-north-1"],
  ["aws-us-gov", "us-gov-west-1"],
  ["aws-eusc", "eusc-de-east-1"],
  ["aws-iso", "us-iso-east-1"],
  ["aws-iso-b", "us-isob-east-1"],
  ["aws-iso-e", "eu-isoe-west-1"],
  ["aws-iso-f", "us-isof-south-1"],
])("in %s is %s when nobody says, which it also takes", (partition, region) => {
  expect(deployRegion(partition, undefined)).toBe(region);
  expect(deployRegion(partition, region)).toBe(region);
});

it("refuses what is no Region, or is in another partition", () => {
  expect(() => deployRegion("aws", "Frankfurt")).toThrow(
    /^region: "Frankfurt" is not a Region; use a Region of partition aws, such as us-east-1: set AWS_REGION/,
  );
  expect(() => deployRegion("aws-cn", "us-east-1")).toThrow(/"us-east-1" is in partition aws, the manifest in aws-cn/);
  expect(() => deployRegion("aws", "us-gov-west-1")).toThrow(/in partition aws-us-gov/);
});
