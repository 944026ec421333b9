import { expect, it } from "vitest";
import { exampleManifest } from "../example.test-helper.ts";
import { masterTrustPolicy } from "./master-trust-policy.ts";
import type { Statement } from "./policy-document.ts";

function trusting(...trustedBy: unknown[]): readonly Statement[] {
  const master = { account: "123456789012", roleName: "agent-master", trustedBy };
  return masterTrustPolicy(exampleManifest({ master })).Statement;
}

const assumeActions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];

it("has a statement for each entry of trustedBy", () => {
  expect(trusting({ account: "123456789012" }, { service: "lambda" }, { account: "123456789013" })).toHaveLength(3);
});

it("trusts an account, with an external id when one is asked for", () => {
  const root = { Effect: "Allow", Principal: { AWS: "arn:aws:iam::123456789013:root" }, Action: assumeActions };
  expect(trusting({ account: "123456789013" })).toEqual([root]);
  expect(trusting({ account: "123456789013", externalId: "partner-1" })).toEqual([
    { ...root, Condition: { StringEquals: { "sts:ExternalId": "partner-1" } } },
  ]);
});

it("trusts one principal through its account, so that the principal can be created again", () => {
  const arn = "arn:aws:iam::123456789013:role/ci/deployer";
  expect(trusting({ principal: arn, externalId: "partner-1" })).toEqual([
    {
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::123456789013:root" },
      Action: assumeActions,
      Condition: { ArnEquals: { "aws:PrincipalArn": arn }, StringEquals: { "sts:ExternalId": "partner-1" } },
    },
  ]);
});

it("takes the wildcard in the role of IAM Identity Center", () => {
  const principal = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Admin_*";
  expect(trusting({ principal })[0]?.Condition).toEqual({ ArnLike: { "aws:PrincipalArn": principal } });
});

it("trusts EC2 and Lambda, and ECS tasks of the master's own account", () => {
  expect(trusting({ service: "ec2" }, { service: "lambda" }, { service: "ecs-tasks" })).toEqual([
    { Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: ["sts:AssumeRole"] },
    { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: ["sts:AssumeRole"] },
    {
      Effect: "Allow",
      Principal: { Service: "ecs-tasks.amazonaws.com" },
      Action: ["sts:AssumeRole"],
      Condition: {
        ArnLike: { "aws:SourceArn": "arn:aws:ecs:*:123456789012:*" },
        StringEquals: { "aws:SourceAccount": "123456789012" },
      },
    },
  ]);
});

it("trusts one Kubernetes service account", () => {
  const clusterArn = "arn:aws:eks:eu-central-1:123456789012:cluster/agents";
  expect(trusting({ podIdentity: { clusterArn, namespace: "agents", serviceAccount: "runner" } })).toEqual([
    {
      Effect: "Allow",
      Principal: { Service: "pods.eks.amazonaws.com" },
      Action: ["sts:AssumeRole", "sts:TagSession"],
      Condition: {
        StringEquals: {
          "aws:RequestTag/eks-cluster-arn": clusterArn,
          "aws:RequestTag/kubernetes-namespace": "agents",
          "aws:RequestTag/kubernetes-service-account": "runner",
        },
      },
    },
  ]);
});

it("trusts tokens of an OIDC provider for one audience and exact subjects", () => {
  const provider = "token.actions.githubusercontent.com";
  const subjects = ["repo:octo/agents:environment:production"];
  expect(trusting({ oidc: { provider, subjects } })).toEqual([
    {
      Effect: "Allow",
      Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${provider}` },
      Action: ["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"],
      Condition: { StringEquals: { [`${provider}:aud`]: "sts.amazonaws.com", [`${provider}:sub`]: subjects } },
    },
  ]);
});

it("trusts certificates of one trust anchor and subject", () => {
  const trustAnchorArn =
    "arn:aws:rolesanywhere:eu-central-1:123456789012:trust-anchor/11111111-2222-3333-4444-555555555555";
  expect(trusting({ rolesAnywhere: { trustAnchorArn, subject: { CN: "agent", OU: "data" } } })).toEqual([
    {
      Effect: "Allow",
      Principal: { Service: "rolesanywhere.amazonaws.com" },
      Action: assumeActions,
      Condition: {
        ArnEquals: { "aws:SourceArn": trustAnchorArn },
        StringEquals: { "aws:PrincipalTag/x509Subject/CN": "agent", "aws:PrincipalTag/x509Subject/OU": "data" },
      },
    },
  ]);
});
