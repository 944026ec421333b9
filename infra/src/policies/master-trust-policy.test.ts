import { expect, it } from "vitest";
import { exampleManifest } from "../example.test-helper.ts";
import { masterTrustPolicy } from "./master-trust-policy.ts";
import type { Statement } from "./policy-document.ts";

function trusting(...trustedBy: unknown[]): readonly Statement[] {
  const master = { account: "123456789012", roleName: "agent-master", trustedBy };
  return masterTrustPolicy(exampleManifest({ master })).Statement;
}

/** AWS's own page of Roles Anywhere has them in one statement. */
const assumeActions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"];

it("has a statement for each entry of trustedBy", () => {
  expect(trusting({ account: "123456789012" }, { service: "lambda" }, { account: "123456789013" })).toHaveLength(3);
});

it("trusts an account, with an external ID when one is asked for", () => {
  const root = { Effect: "Allow", Principal: { AWS: "arn:aws:iam::123456789013:root" }, Action: "sts:AssumeRole" };
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
      Action: "sts:AssumeRole",
      Condition: { ArnEquals: { "aws:PrincipalArn": arn }, StringEquals: { "sts:ExternalId": "partner-1" } },
    },
  ]);
});

it("takes the wildcard in the role of IAM Identity Center", () => {
  const principal = "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/eu-central-1/AWSReservedSSO_Admin_*";
  expect(trusting({ principal })[0]?.Condition).toEqual({ ArnLike: { "aws:PrincipalArn": principal } });
});

function allow(Service: string): Statement {
  return { Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" };
}

it("trusts services of the master's own account only, where the service says for which account it calls", () => {
  const source = { StringEquals: { "aws:SourceAccount": "123456789012" } };
  expect(
    trusting({ service: "ec2" }, { service: "lambda" }, { service: "codebuild" }, { service: "ecs-tasks" }),
  ).toEqual([
    allow("ec2.amazonaws.com"),
    { ...allow("lambda.amazonaws.com"), Condition: source },
    { ...allow("codebuild.amazonaws.com"), Condition: source },
    {
      ...allow("ecs-tasks.amazonaws.com"),
      Condition: { ArnLike: { "aws:SourceArn": "arn:aws:ecs:*:123456789012:*" }, ...source },
    },
  ]);
});

it("holds accounts and principals inside the organization, except third parties", () => {
  const trustedBy = [
    { account: "123456789013" },
    { principal: "arn:aws:iam::123456789012:role/host", externalId: "x-1" },
    { account: "999999999999", externalId: "x-2" },
  ];
  const master = { account: "123456789012", roleName: "agent-master", trustedBy };
  const trust = { allowedAccounts: ["999999999999"] };
  const { Statement: statements } = masterTrustPolicy(exampleManifest({ organization: "o-a1b2c3d4e5", master, trust }));
  expect(statements.map((statement) => statement.Condition?.["StringEquals"])).toEqual([
    { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
    { "aws:PrincipalOrgID": "o-a1b2c3d4e5", "sts:ExternalId": "x-1" },
    { "sts:ExternalId": "x-2" },
  ]);
});

it("lets callers pass the session tags and source identities that the manifest names", () => {
  const attribution = { sessionTags: ["task"], sourceIdentities: ["*"] };
  const trustedBy = [{ account: "123456789013", externalId: "x-1" }, { service: "lambda" }];
  const master = { account: "123456789012", roleName: "agent-master", trustedBy };
  const { Statement: statements } = masterTrustPolicy(exampleManifest({ attribution, master }));
  expect(statements.map(({ Action, Condition }) => ({ Action, Condition }))).toEqual([
    { Action: "sts:AssumeRole", Condition: { StringEquals: { "sts:ExternalId": "x-1" } } },
    { Action: "sts:TagSession", Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": ["task"] } } },
    { Action: "sts:SetSourceIdentity", Condition: { StringLike: { "sts:SourceIdentity": ["*"] } } },
    { Action: "sts:AssumeRole", Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } } },
  ]);
});

it("trusts organizational units and all below them", () => {
  const path = "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/";
  expect(trusting({ organizationPaths: [path] })).toEqual([
    {
      Effect: "Allow",
      Principal: { AWS: "*" },
      Action: "sts:AssumeRole",
      Condition: {
        "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": [`${path}*`] },
        StringEquals: { "aws:PrincipalOrgID": ["o-a1b2c3d4e5"] },
      },
    },
  ]);
});

it.each([
  ["aws", "https://signin.aws.amazon.com/saml"],
  ["aws-cn", "https://signin.amazonaws.cn/saml"],
  ["aws-us-gov", "https://signin.amazonaws-us-gov.com/saml"],
])("trusts a SAML provider with the audience of %s", (partition, audience) => {
  const trustedBy = [{ saml: { provider: "Okta", subjects: ["alice@example.com"] } }];
  const master = { account: "123456789012", roleName: "agent-master", trustedBy };
  expect(masterTrustPolicy(exampleManifest({ partition, master })).Statement).toEqual([
    {
      Effect: "Allow",
      Principal: { Federated: `arn:${partition}:iam::123456789012:saml-provider/Okta` },
      Action: "sts:AssumeRoleWithSAML",
      Condition: { StringEquals: { "SAML:aud": audience, "SAML:sub": ["alice@example.com"] } },
    },
  ]);
});

it("names Google itself, which needs no OIDC provider in the account", () => {
  const oidc = { provider: "accounts.google.com", audience: "abc", subjects: ["123"] };
  expect(trusting({ oidc })[0]?.Principal).toEqual({ Federated: "accounts.google.com" });
});

it("requires the further claims of an OIDC provider", () => {
  const provider = "token.actions.githubusercontent.com";
  const oidc = { provider, subjects: ["repo:a/b:environment:My Env"], claims: { repository_id: "42" } };
  expect(trusting({ oidc })[0]?.Condition?.["StringEquals"]).toMatchObject({
    [`${provider}:sub`]: ["repo:a/b:environment:My Env"],
    [`${provider}:repository_id`]: "42",
  });
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
      Action: "sts:AssumeRoleWithWebIdentity",
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
