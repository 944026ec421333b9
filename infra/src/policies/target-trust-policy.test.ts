import { expect, it } from "vitest";
import { exampleManifest } from "../example.test-helper.ts";
import { targetTrustPolicy } from "./target-trust-policy.ts";

it("trusts the master's account, restricted to the master role, and nothing but sts:AssumeRole", () => {
  expect(targetTrustPolicy(exampleManifest(), {})).toEqual({
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { AWS: "arn:aws:iam::123456789012:root" },
        Action: "sts:AssumeRole",
        Condition: {
          ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/agent-roles-master/agent-master" },
        },
      },
    ],
  });
});

it("allows the session tags and source identities that the manifest names, in statements without the external ID", () => {
  const attribution = { sessionTags: ["task", "team"], sourceIdentities: ["*@example.com"] };
  const manifest = exampleManifest({ organization: "o-a1b2c3d4e5", attribution });
  const [, tags, identity, ...others] = targetTrustPolicy(manifest, { externalId: "partner-1" }).Statement;
  const isMaster = {
    ArnEquals: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/agent-roles-master/agent-master" },
    StringEquals: { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
  };
  expect(tags).toMatchObject({
    Action: "sts:TagSession",
    Condition: { ...isMaster, "ForAllValues:StringEquals": { "aws:TagKeys": ["task", "team"] } },
  });
  expect(identity).toMatchObject({
    Action: "sts:SetSourceIdentity",
    Condition: { ...isMaster, StringLike: { "sts:SourceIdentity": ["*@example.com"] } },
  });
  expect(others).toEqual([]);
});

it("demands a person and a task where the manifest requires attribution", () => {
  const attribution = { required: true, sessionTags: ["team"], taskIds: ["INC-*"] };
  const [assume, tags, identity] = targetTrustPolicy(exampleManifest({ attribution }), {
    externalId: "partner-1",
  }).Statement;
  expect(assume?.Condition).toMatchObject({
    StringEquals: { "sts:ExternalId": "partner-1" },
    StringLike: {
      "sts:SourceIdentity": ["?*"],
      "sts:RoleSessionName": ["INC-*"],
      "aws:RequestTag/agent-roles:task": "?*",
    },
  });
  expect(tags?.Condition?.["ForAllValues:StringEquals"]).toEqual({
    "aws:TagKeys": ["team", "agent-roles:task", "agent-roles:on-behalf-of"],
  });
  expect(identity?.Condition?.["StringLike"]).toEqual({ "sts:SourceIdentity": ["?*"] });
});

it("allows what EKS Pod Identity and Roles Anywhere set before the master assumes a target", () => {
  const clusterArn = "arn:aws:eks:eu-central-1:123456789012:cluster/c1";
  const trustAnchorArn =
    "arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/11111111-2222-3333-4444-555555555555";
  const trustedBy = [
    { podIdentity: { clusterArn, namespace: "a", serviceAccount: "b" } },
    { rolesAnywhere: { trustAnchorArn, subject: { CN: "agent.example.com" } } },
  ];
  const master = { account: "123456789012", roleName: "agent-master", trustedBy };
  const [, tags, identity] = targetTrustPolicy(exampleManifest({ master }), {}).Statement;
  expect(tags?.Condition?.["ForAllValues:StringEquals"]?.["aws:TagKeys"]).toContain("kubernetes-pod-uid");
  expect(identity?.Condition?.["StringLike"]).toEqual({ "sts:SourceIdentity": ["agent.example.com"] });
});

it("asks for the organization and the external ID when the manifest names them", () => {
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
