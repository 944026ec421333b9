import type { Manifest } from "@agent-roles/manifest";
import { Template } from "aws-cdk-lib/assertions";
import { expect, it } from "vitest";
import { AccountStack, outputName } from "./account-stack.ts";
import { exampleManifest, manyRoles, testApp } from "./example.test-helper.ts";
import { type StackContent, stackContents } from "./stack-contents.ts";

/** The first stack of an account. */
function contentOf(manifest: Manifest, account: string): StackContent {
  const content = stackContents(manifest).find((each) => each.account === account);
  if (!content) throw new Error(`no stack of ${account}`);
  return content;
}

function templateOf(manifest: Manifest, account: string): Template {
  const content = contentOf(manifest, account);
  return Template.fromStack(new AccountStack(testApp(), { manifest, content, region: "eu-central-1" }));
}

/** The properties of all resources of a type. */
function propertiesOf(template: Template, type: string): unknown[] {
  return Object.values(template.findResources(type)).map((resource) => resource["Properties"] as unknown);
}

const masterArn = "arn:aws:iam::123456789012:role/agent-roles-master/agent-master";

it("gives the master's account the master role and its own target", () => {
  const resources = ["arn:aws:iam::123456789012:role/agent-roles/*", "arn:aws:iam::123456789013:role/agent-roles/*"];
  expect(propertiesOf(templateOf(exampleManifest(), "123456789012"), "AWS::IAM::Role")).toMatchObject([
    {
      RoleName: "agent-master",
      Path: "/agent-roles-master/",
      Policies: [{ PolicyName: "agent-roles", PolicyDocument: { Statement: [{ Resource: resources }] } }],
    },
    {
      RoleName: "MyFirstRole",
      Path: "/agent-roles/",
      AssumeRolePolicyDocument: {
        Statement: [
          {
            Principal: { AWS: "arn:aws:iam::123456789012:root" },
            Condition: { ArnEquals: { "aws:PrincipalArn": masterArn } },
          },
        ],
      },
    },
  ]);
});

it("gives another account its targets, and no master", () => {
  expect(propertiesOf(templateOf(exampleManifest(), "123456789013"), "AWS::IAM::Role")).toMatchObject([
    { RoleName: "MySecondRole" },
    {
      RoleName: "MyThirdRole",
      AssumeRolePolicyDocument: { Statement: [{ Condition: { StringEquals: { "sts:ExternalId": "partner-1" } } }] },
    },
  ]);
});

it("has the value of each AWS_ROLE_N as an output named after the role", () => {
  expect(templateOf(exampleManifest(), "123456789013").toJSON()["Outputs"]).toEqual({
    AwsRoleMySecondRole: { Value: "arn:aws:iam::123456789013:role/agent-roles/MySecondRole:MySecondAccount" },
    AwsRoleMyThirdRole: { Value: "arn:aws:iam::123456789013:role/agent-roles/MyThirdRole:MyThirdAccount" },
  });
});

it("writes every field of a role", () => {
  const role = {
    profile: "P",
    account: "123456789013",
    roleName: "R",
    description: "Reads",
    managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    statements: [{ Sid: "Own", Effect: "Deny", Action: "s3:*", Resource: "*" }],
    permissionsBoundary: "arn:aws:iam::123456789013:policy/Bound",
    maxSessionDuration: 7200,
    tags: { team: "data" },
  };
  const template = templateOf(exampleManifest({ roles: [role] }), "123456789013");
  expect(propertiesOf(template, "AWS::IAM::Role")).toEqual([
    {
      RoleName: "R",
      Path: "/agent-roles/",
      AssumeRolePolicyDocument: expect.objectContaining({ Version: "2012-10-17" }),
      Description: "Reads",
      ManagedPolicyArns: role.managedPolicies,
      Policies: [{ PolicyName: "agent-roles", PolicyDocument: { Version: "2012-10-17", Statement: role.statements } }],
      PermissionsBoundary: role.permissionsBoundary,
      MaxSessionDuration: 7200,
      Tags: [{ Key: "team", Value: "data" }],
    },
  ]);
});

it("gives EC2 an instance profile of the master's name, and only EC2", () => {
  const master = {
    account: "123456789012",
    roleName: "agent-master",
    trustedBy: [{ service: "ec2" }],
    tags: { team: "agents" },
  };
  const template = templateOf(exampleManifest({ master }), "123456789012");
  expect(propertiesOf(template, "AWS::IAM::InstanceProfile")).toMatchObject([{ InstanceProfileName: "agent-master" }]);
  expect(propertiesOf(template, "AWS::IAM::Role")).toMatchObject([{ Tags: [{ Key: "team", Value: "agents" }] }, {}]);
  expect(propertiesOf(templateOf(exampleManifest(), "123456789012"), "AWS::IAM::InstanceProfile")).toEqual([]);
});

it("attaches what does not fit the master's inline policy", () => {
  const template = templateOf(exampleManifest({ roles: manyRoles(300, 1) }), "123456789012");
  const [masterId] = Object.keys(template.findResources("AWS::IAM::Role"));
  const attached = { Roles: [{ Ref: masterId }] };
  expect(propertiesOf(template, "AWS::IAM::ManagedPolicy")).toMatchObject([attached, attached]);
});

it("asks for no bootstrap: no parameter, no rule, nothing but roles", () => {
  const template = templateOf(exampleManifest(), "123456789013").toJSON();
  expect(Object.keys(template).toSorted()).toEqual(["Description", "Outputs", "Resources"]);
});

it("gives roles different output names, also when their letters and digits are the same", () => {
  const names = ["agent-a", "agenta", "agent.a", "agent_a", "AgentA"].map(outputName);
  expect(new Set(names).size).toBe(5);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9]{1,255}$/);
});

it("changes one template when a role is added at the top", () => {
  const before = exampleManifest();
  const roles = [{ profile: "New", account: "123456789012", roleName: "Another" }, ...before.roles];
  const after = exampleManifest({ roles });
  expect(templateOf(after, "123456789013").toJSON()).toEqual(templateOf(before, "123456789013").toJSON());
  expect(templateOf(after, "123456789012").toJSON()).not.toEqual(templateOf(before, "123456789012").toJSON());
});

it("deploys through the account's own deploy role where the manifest names one", () => {
  const accounts = [{ alias: "a", id: "123456789013", deployRoleName: "Deployer" }];
  const manifest = exampleManifest({ accounts });
  const app = testApp();
  for (const content of stackContents(manifest)) new AccountStack(app, { manifest, content, region: "eu-central-1" });
  const roles = app.synth().stacks.map(({ assumeRoleArn }) => assumeRoleArn);
  expect(roles).toEqual([
    "arn:aws:iam::123456789012:role/OrganizationAccountAccessRole",
    "arn:aws:iam::123456789013:role/Deployer",
  ]);
});

it("gives the master a boundary, policies, statements, a session duration and a description", () => {
  const master = {
    account: "123456789012",
    roleName: "agent-master",
    trustedBy: [{ account: "123456789012" }],
    description: "Starts here",
    permissionsBoundary: "arn:aws:iam::123456789012:policy/Bound",
    managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
    statements: [{ Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::agent/*" }],
    maxSessionDuration: 7200,
  };
  expect(propertiesOf(templateOf(exampleManifest({ master }), "123456789012"), "AWS::IAM::Role")[0]).toMatchObject({
    Description: "Starts here",
    PermissionsBoundary: master.permissionsBoundary,
    ManagedPolicyArns: master.managedPolicies,
    MaxSessionDuration: 7200,
    Policies: [{ PolicyName: "agent-roles" }, { PolicyDocument: { Statement: master.statements } }],
  });
});

function createdOidc(audience: string): unknown {
  return { oidc: { provider: "gitlab.example.com", audience, subjects: ["a"], create: true } };
}

it("creates the OIDC provider and the Pod Identity association on request, with the master's tags", () => {
  const clusterArn = "arn:aws:eks:eu-central-1:123456789012:cluster/c1";
  const trustedBy = [
    createdOidc("one"),
    createdOidc("two"),
    { podIdentity: { clusterArn, namespace: "agents", serviceAccount: "runner", create: true } },
  ];
  const master = { account: "123456789012", roleName: "agent-master", trustedBy, tags: { team: "agents" } };
  const template = templateOf(exampleManifest({ master }), "123456789012");
  const Tags = [{ Key: "team", Value: "agents" }];
  expect(propertiesOf(template, "AWS::IAM::OIDCProvider")).toEqual([
    { Url: "https://gitlab.example.com", ClientIdList: ["one", "two"], Tags },
  ]);
  expect(propertiesOf(template, "AWS::EKS::PodIdentityAssociation")).toMatchObject([
    { ClusterName: "c1", Namespace: "agents", ServiceAccount: "runner", Tags },
  ]);
  const elsewhere = {
    ...master,
    trustedBy: [
      {
        podIdentity: {
          clusterArn: clusterArn.replace("eu-central-1", "us-east-1"),
          namespace: "a",
          serviceAccount: "b",
          create: true,
        },
      },
    ],
  };
  expect(() => templateOf(exampleManifest({ master: elsewhere }), "123456789012")).toThrow(
    /deploy in the Region of the cluster/,
  );
});

function association(cluster: string, namespace: string, serviceAccount: string): unknown {
  const clusterArn = `arn:aws:eks:eu-central-1:123456789012:cluster/${cluster}`;
  return { podIdentity: { clusterArn, namespace, serviceAccount, create: true } };
}

it("creates one Pod Identity association for each cluster, namespace and service account", () => {
  const trustedBy = [
    association("blue", "agents", "runner"),
    association("green", "agents", "runner"),
    association("green", "agents-ci", "runner"),
    association("green", "agents", "ci-runner"),
    association("green", "agents", "runner"),
  ];
  const master = { account: "123456789012", roleName: "agent-master", trustedBy };
  const template = templateOf(exampleManifest({ master }), "123456789012");
  expect(propertiesOf(template, "AWS::EKS::PodIdentityAssociation")).toMatchObject([
    { ClusterName: "blue", Namespace: "agents", ServiceAccount: "runner" },
    { ClusterName: "green", Namespace: "agents", ServiceAccount: "runner" },
    { ClusterName: "green", Namespace: "agents-ci", ServiceAccount: "runner" },
    { ClusterName: "green", Namespace: "agents", ServiceAccount: "ci-runner" },
  ]);
});

it("keeps a role's logical ID when roles are added before it", () => {
  const before = templateOf(exampleManifest(), "123456789013").findResources("AWS::IAM::Role");
  const roles = [{ profile: "New", account: "123456789013", roleName: "Another" }, ...exampleManifest().roles];
  const after = templateOf(exampleManifest({ roles }), "123456789013").findResources("AWS::IAM::Role");
  expect(after).toMatchObject(before);
});

it("refuses a prefix that CloudFormation does not take", () => {
  const manifest = exampleManifest();
  const props = { manifest, content: contentOf(manifest, "123456789013"), region: "eu-central-1" };
  expect(() => new AccountStack(testApp(), { ...props, stackPrefix: "1_" })).toThrow(/^stackPrefix: "1_"/);
  expect(new AccountStack(testApp(), { ...props, stackPrefix: "it-7-" }).stackName).toBe(
    "it-7-agent-roles-123456789013",
  );
});
