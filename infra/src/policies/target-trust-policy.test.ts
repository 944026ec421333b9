import { expect, it } from "vitest";
import { exampleManifest } from "../example.test-helper.ts";
import { targetTrustPolicy } from "./target-trust-policy.ts";

it("trusts the master's account, narrowed to the master role, with attribution in the same statement", () => {
  expect(targetTrustPolicy(exampleManifest(), {})).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::123456789012:root" },
        Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
        Condition: {
          ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/agent-roles-master/agent-master" },
        },
      },
    ],
  });
});

it("asks for the organization and the external id when the manifest names them", () => {
  const manifest = exampleManifest({ organization: "o-a1b2c3d4e5" });
  expect(targetTrustPolicy(manifest, { externalId: "partner-1" }).Statement[0]?.Condition).toEqual({
    ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/agent-roles-master/agent-master" },
    StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5", "sts:ExternalId": "partner-1" },
  });
});

it.each(["aws-cn", "aws-us-gov", "aws-iso-b"])("stays in partition %s", (partition) => {
  const text = JSON.stringify(targetTrustPolicy(exampleManifest({ partition }), {}));
  expect(text.match(/arn:[^:]*/g)).toEqual([`arn:${partition}`, `arn:${partition}`]);
});
