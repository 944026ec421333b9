import type { TrustRole } from "@agent-roles/trust";
import { expect, it } from "vitest";
import { rolesFromTemplates } from "./roles-from-templates.ts";
import { allow, document, roleOf, source } from "./templates.test-helper.ts";

const fn = (properties: object, more: object = {}): object => ({
  Type: "AWS::Serverless::Function",
  Properties: { Handler: "index.handler", ...properties },
  ...more,
});
const rolesOf = (resources: object, sections: object = {}): readonly TrustRole[] => {
  const { roles, problems } = rolesFromTemplates([
    source(
      { Transform: "AWS::Serverless-2016-10-31", ...sections, Resources: resources },
      { lineOf: (id) => id.length },
    ),
  ]);
  expect(problems).toEqual([]);
  return roles;
};
/** Roles with one statement for the principal. */
const trusting = (Principal: unknown): object => [{ trustPolicy: { Statement: [{ Principal }] } }];

it("a function without a role gets one that Lambda can assume, at the place of the function", () => {
  const [role] = rolesOf({ Fn: fn({}) });
  expect(role).toMatchObject({
    arn: "arn:aws:iam::123456789012:role/${FnRole}",
    location: { file: "t.json", line: 2, path: "Fn" },
    trustPolicy: {
      Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
    },
  });
});

it("a state machine gets one that Step Functions can assume", () => {
  expect(rolesOf({ Flow: { Type: "AWS::Serverless::StateMachine" } })).toMatchObject(
    trusting({ Service: "states.amazonaws.com" }),
  );
});

it.each([
  ["of the function", { Fn: fn({ AssumeRolePolicyDocument: { Statement: [allow({ AWS: "*" })] } }) }, {}],
  [
    "of Globals",
    { Fn: fn({}) },
    { Globals: { Function: { AssumeRolePolicyDocument: { Statement: [allow({ AWS: "*" })] } } } },
  ],
])("AssumeRolePolicyDocument %s is its trust policy", (_, resources, sections) => {
  expect(rolesOf(resources, sections)).toMatchObject(trusting({ AWS: "*" }));
});

it("other resources refer to it as <LogicalId>Role", () => {
  const Target = roleOf([allow({ AWS: { "Fn::GetAtt": ["FnRole", "Arn"] } })]);
  const policy = {
    Type: "AWS::IAM::Policy",
    Properties: { Roles: [{ Ref: "FnRole" }], PolicyDocument: document("iam:*") },
  };
  const roles = rolesOf({ Fn: fn({}), Target, Policy: policy });
  const [target, made] = roles;
  expect(target?.trustPolicy).toMatchObject({ Statement: [{ Principal: { AWS: made?.arn } }] });
  expect(made?.identityPolicies).toMatchObject([document("iam:*")]);
});

it("has the function's path, boundary, condition and policies", () => {
  const Policies = [
    "AmazonS3ReadOnlyAccess",
    "arn:aws:iam::123456789012:policy/own",
    { Ref: "Managed" },
    document("sts:AssumeRole"),
    { DynamoDBCrudPolicy: { TableName: "t" } },
  ];
  const Managed = { Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument: document("iam:PassRole") } };
  const [role] = rolesOf({
    Fn: fn({ RolePath: "/apps/", PermissionsBoundary: { Ref: "Managed" }, Policies }),
    Managed,
  });
  expect(role).toMatchObject({
    arn: "arn:aws:iam::123456789012:role/apps/${FnRole}",
    identityPolicies: [document("sts:AssumeRole"), document("iam:PassRole")],
    managedPolicyArns: ["arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess", "arn:aws:iam::123456789012:policy/own"],
    permissionsBoundary: document("iam:PassRole"),
  });
  const sections = { Conditions: { Never: { "Fn::Equals": ["a", "b"] } } };
  expect(rolesOf({ Fn: fn({}, { Condition: "Never" }) }, sections)).toEqual([]);
});

it.each([
  ["with a role", { Fn: fn({ Role: "arn:aws:iam::123456789012:role/x" }) }, {}],
  ["with a role of Globals", { Fn: fn({}) }, { Globals: { Function: { Role: "arn:aws:iam::123456789012:role/x" } } }],
])("a function %s gets none", (_, resources, sections) => {
  expect(rolesOf(resources, sections)).toEqual([]);
});

it("a function and an API that name each other are no circle", () => {
  const Api = {
    Type: "AWS::Serverless::Api",
    Properties: { DefinitionBody: { "Fn::Sub": "${Fn.Arn}" } },
  };
  const Events = { Post: { Type: "Api", Properties: { RestApiId: { Ref: "Api" } } } };
  const Pipe = roleOf([allow({ Service: "pipes.amazonaws.com" })], { Description: { Ref: "Api" } });
  expect(rolesOf({ Api, Fn: fn({ Events }), Pipe })).toHaveLength(2);
});
