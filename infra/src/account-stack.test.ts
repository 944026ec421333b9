import type { Manifest } from "@agent-roles/manifest";
import { Template } from "aws-cdk-lib/assertions";
import { expect, it } from "vitest";
import { AccountStack } from "./account-stack.ts";
import { exampleManifest, manyRoles, testApp } from "./example.test-helper.ts";

function templateOf(manifest: Manifest, account: string): Template {
  return Template.fromStack(new AccountStack(testApp(), { manifest, account, region: "eu-central-1" }));
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

it("has the value of each AWS_ROLE_N as an output, numbered as in the manifest", () => {
  expect(templateOf(exampleManifest(), "123456789013").toJSON()["Outputs"]).toEqual({
    AwsRole2: { Value: "arn:aws:iam::123456789013:role/agent-roles/MySecondRole:MySecondAccount" },
    AwsRole3: { Value: "arn:aws:iam::123456789013:role/agent-roles/MyThirdRole:MyThirdAccount" },
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
  expect(propertiesOf(template, "AWS::IAM::ManagedPolicy")).toMatchObject([{ Roles: [{ Ref: masterId }] }]);
});

it("asks for no bootstrap: no parameter, no rule, nothing but roles", () => {
  const template = templateOf(exampleManifest(), "123456789013").toJSON();
  expect(Object.keys(template).toSorted()).toEqual(["Description", "Outputs", "Resources"]);
});

it("keeps a role's logical id when roles are added before it", () => {
  const before = templateOf(exampleManifest(), "123456789013").findResources("AWS::IAM::Role");
  const roles = [{ profile: "New", account: "123456789013", roleName: "Another" }, ...exampleManifest().roles];
  const after = templateOf(exampleManifest({ roles }), "123456789013").findResources("AWS::IAM::Role");
  expect(after).toMatchObject(before);
});

it("refuses a prefix that CloudFormation does not take", () => {
  const props = { manifest: exampleManifest(), account: "123456789013", region: "eu-central-1" };
  expect(() => new AccountStack(testApp(), { ...props, stackPrefix: "1_" })).toThrow(/^stackPrefix: "1_"/);
  expect(new AccountStack(testApp(), { ...props, stackPrefix: "it-7-" }).stackName).toBe(
    "it-7-agent-roles-123456789013",
  );
});
