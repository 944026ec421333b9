import { expect, it } from "vitest";
import { rolesFromTemplates } from "./roles-from-templates.ts";
import { allow, roleOf, source } from "./templates.test-helper.ts";

const ACCOUNT = 222222222222;
const rolesFor = (principal: unknown, sections: object): object =>
  rolesFromTemplates([source({ ...sections, Resources: { R: roleOf([allow({ AWS: principal })]) } })]).roles;
const parameter = (Type: string, Default: unknown): object => ({ Parameters: { P: { Type, Default } } });

it.each<[string, unknown, object, unknown]>([
  ["a principal", ACCOUNT, {}, "222222222222"],
  ["principals of a list", [ACCOUNT, "333333333333"], {}, ["222222222222", "333333333333"]],
  ["a parameter's default", { Ref: "P" }, parameter("String", ACCOUNT), "222222222222"],
  ["the default of a Number parameter", { Ref: "P" }, parameter("Number", ACCOUNT), "222222222222"],
  ["the default of a list parameter", { Ref: "P" }, parameter("CommaDelimitedList", ACCOUNT), ["222222222222"]],
  [
    "a mapping's value",
    { "Fn::FindInMap": ["M", "a", "b"] },
    { Mappings: { M: { a: { b: ACCOUNT } } } },
    "222222222222",
  ],
  [
    "a mapping's list",
    { "Fn::FindInMap": ["M", "a", "b"] },
    { Mappings: { M: { a: { b: [ACCOUNT] } } } },
    ["222222222222"],
  ],
  [
    "a branch of Fn::If",
    { "Fn::If": ["C", ACCOUNT, "x"] },
    { Conditions: { C: { "Fn::Equals": [1, "1"] } } },
    "222222222222",
  ],
  [
    "a part of Fn::Join",
    { "Fn::Join": ["", ["arn:aws:iam::", ACCOUNT, ":root"]] },
    {},
    "arn:aws:iam::222222222222:root",
  ],
])("a number is text as %s", (_, principal, sections, expected) => {
  expect(rolesFor(principal, sections)).toMatchObject([
    { trustPolicy: { Statement: [{ Principal: { AWS: expected } }] } },
  ]);
});

it("a parameter has the value that is passed, also in the template's stack sets", () => {
  const body = JSON.stringify({
    Parameters: { Trusted: { Type: "String" } },
    Resources: { Inner: roleOf([allow({ AWS: { Ref: "Trusted" } })], { RoleName: "inner" }) },
  });
  const Set = {
    Type: "AWS::CloudFormation::StackSet",
    Properties: { TemplateBody: body, Parameters: [{ ParameterKey: "Trusted", ParameterValue: { Ref: "P" } }] },
  };
  const template = { Parameters: { P: { Type: "String", Default: "1" } }, Resources: { Set } };
  const read = rolesFromTemplates([source(template, { parameters: { P: "444444444444" }, lineOf: () => 7 })]);
  expect(read.roles).toMatchObject([
    {
      arn: "arn:aws:iam::${AWS.AccountId}:role/inner",
      trustPolicy: { Statement: [{ Principal: { AWS: "444444444444" } }] },
      location: { file: "t.json", line: 7 },
    },
  ]);
});

const setOf = (TemplateBody: unknown): object => ({
  Type: "AWS::CloudFormation::StackSet",
  Properties: { TemplateBody },
});

const arns = (body: unknown): string[] =>
  rolesFromTemplates([source({ Resources: { Set: setOf(body) } })]).roles.map(({ arn }) => arn);

it("a stack set in YAML or as an object is read, one that is not a template is a role of which nothing is known", () => {
  const yaml = `Resources:
  R: { Type: AWS::IAM::Role, Properties: { RoleName: r, AssumeRolePolicyDocument: { Statement: [] } } }`;
  expect(arns(yaml)).toEqual(["arn:aws:iam::${AWS.AccountId}:role/r"]);
  expect(arns({ Resources: { R: roleOf([], { RoleName: "r" }) } })).toEqual(["arn:aws:iam::${AWS.AccountId}:role/r"]);
  for (const body of ["{", { Ref: "P" }, { "Fn::Sub": "{${P}" }, undefined])
    expect(arns(body)).toEqual(["arn:aws:iam::123456789012:role/${S.Set}"]);
});

it.each<[string, unknown]>([
  [
    "Fn::Sub with YAML",
    {
      "Fn::Sub": `Resources:
  R: { Type: AWS::IAM::Role, Properties: { RoleName: "of-\${AWS::AccountId}", AssumeRolePolicyDocument: { Statement: [] } } }`,
    },
  ],
  [
    "Fn::Join with JSON",
    {
      "Fn::Join": [
        { Ref: "AWS::AccountId" },
        [
          '{"Resources":{"R":{"Type":"AWS::IAM::Role","Properties":{"RoleName":"of-',
          '","AssumeRolePolicyDocument":{"Statement":[]}}}}}',
        ],
      ],
    },
  ],
  [
    "Fn::ToJsonString",
    { "Fn::ToJsonString": { Resources: { R: roleOf([], { RoleName: { "Fn::Sub": "of-${AWS::AccountId}" } }) } } },
  ],
])("a stack set's template is read out of %s", (_, body) => {
  const joined = JSON.parse(JSON.stringify(body).replace('{"Ref":"AWS::AccountId"}', '"123456789012"')) as unknown;
  expect(arns(joined)).toEqual(["arn:aws:iam::${AWS.AccountId}:role/of-123456789012"]);
});

it.each<[string, object, string[][]]>([
  ["a list", { ClientIdList: ["a", "b"] }, [["a", "b"]]],
  ["a parameter in a list", { ClientIdList: [{ Ref: "One" }] }, [["${One}"]]],
  ["the CDK's own resource", { ClientIDList: ["a"] }, [["a"]]],
  ["each branch of a condition", { ClientIdList: { "Fn::If": ["C", ["a"], ["b"]] } }, [["a"], ["b"]]],
  ["a parameter that is a list", { ClientIdList: { Ref: "Many" } }, []],
  ["none", {}, []],
])("the client IDs of an OIDC provider are known from %s", (_, properties, expected) => {
  const template = {
    Parameters: { One: { Type: "String" }, Many: { Type: "CommaDelimitedList" } },
    Conditions: { C: { "Fn::Equals": [{ Ref: "One" }, "x"] } },
    Resources: {
      Idp: {
        Type: "ClientIDList" in properties ? "Custom::AWSCDKOpenIdConnectProvider" : "AWS::IAM::OIDCProvider",
        Properties: { Url: "https://example.com", ...properties },
      },
    },
  };
  const providerArn = "arn:aws:iam::123456789012:oidc-provider/example.com";
  expect(rolesFromTemplates([source(template)]).oidcClientIds).toEqual(
    expected.map((clientIds) => ({ providerArn, clientIds })),
  );
});

it.each([
  ["RoleMaker", 0],
  [["AWS::Serverless-2016-10-31", { Name: "RoleMaker" }], 0],
  ["AWS::LanguageExtensions", 1],
])("with the transform %j, a role without trust policy is a problem %i times", (Transform, count) => {
  const R = { Type: "AWS::IAM::Role", Properties: { Kind: "Lambda" } };
  const { roles, problems } = rolesFromTemplates([source({ Transform, Resources: { R } })]);
  expect(problems).toHaveLength(count);
  expect(roles.filter(({ location }) => location.path === "R")).toHaveLength(1 - count);
});
