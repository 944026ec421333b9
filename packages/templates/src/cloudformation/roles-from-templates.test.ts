import { describe, expect, it } from "vitest";
import { asList, isRecord } from "@agent-roles/iam";
import type { TrustRole } from "@agent-roles/trust";
import { rolesFromTemplates } from "./roles-from-templates.ts";
import { allow, document, roleOf, source } from "./templates.test-helper.ts";

/** What a principal resolves to in the trust policy of the only role. */
function resolved(principal: unknown, sections: object = {}): { value: unknown; unknowns: TrustRole["unknowns"] } {
  const { roles, problems } = rolesFromTemplates([
    source({ Resources: { R: roleOf([allow(principal)]) }, ...sections }),
  ]);
  expect(problems).toEqual([]);
  const statement = asList(roles[0]?.trustPolicy["Statement"]).find(isRecord);
  return { value: statement?.["Principal"], unknowns: roles[0]?.unknowns ?? [] };
}

describe("rolesFromTemplates, references", () => {
  const mappings = { Mappings: { M: { "123456789012": { id: "x" } } } };
  it.each<[string, unknown, unknown]>([
    ["Ref", { Ref: "AWS::AccountId" }, "123456789012"],
    ["Fn::Join", { "Fn::Join": ["-", ["a", { Ref: "AWS::Region" }, 1]] }, "a-us-east-1-1"],
    ["Fn::Sub", { "Fn::Sub": "${AWS::Partition}:${!aws:username}:${AWS::Region}" }, "aws:${aws:username}:us-east-1"],
    ["Fn::Sub with variables", { "Fn::Sub": ["${a}${AWS::StackName}", { a: { "Fn::Join": ["", ["b"]] } }] }, "bS"],
    ["Fn::Select and Fn::Split", { "Fn::Select": ["1", { "Fn::Split": ["/", "a/b/c"] }] }, "b"],
    ["Fn::FindInMap", { "Fn::FindInMap": ["M", { Ref: "AWS::AccountId" }, "id"] }, "x"],
    ["Fn::FindInMap with a default", { "Fn::FindInMap": ["M", "no", "id", { DefaultValue: "y" }] }, "y"],
    ["Fn::Length", { "Fn::Length": ["a", { Ref: "AWS::Region" }] }, 2],
    ["Fn::ToJsonString", { "Fn::ToJsonString": { a: { Ref: "AWS::Region" } } }, '{"a":"us-east-1"}'],
    ["AWS::NoValue", [{ Ref: "AWS::NoValue" }, "a"], ["a"]],
  ])("%s", (_, expression, value) => {
    expect(resolved(expression, mappings)).toEqual({ value, unknowns: [] });
  });

  it.each<[string, unknown, string]>([
    ["Fn::Base64", { "Fn::Base64": "x" }, "${Fn.Base64}"],
    ["a parameter without default", { Ref: "P" }, "${P}"],
    ["an attribute of another service", { "Fn::GetAtt": ["Bucket", "Arn"] }, "${Bucket.Arn}"],
    ["an export of another template", { "Fn::ImportValue": "e" }, "${ImportValue e}"],
    ["an own property of every object", { Ref: "constructor" }, "${constructor}"],
  ])("%s to what reads as unknown, and says so", (_, expression, value) => {
    const sections = { Parameters: { P: { Type: "String" } } };
    const answer = resolved({ AWS: expression }, sections);
    expect(answer.value).toEqual({ AWS: value });
    expect(answer.unknowns).toMatchObject([{ path: "trustPolicy.Statement[0].Principal.AWS" }]);
  });

  it.each<[string, unknown, string]>([
    ["an argument that is unknown", { "Fn::Select": [{ Ref: "P" }, ["a"]] }, "nothing (its argument is unknown)"],
    ["an argument of another form", { "Fn::Select": ["a"] }, 'nothing (Fn::Select does not accept ["a"])'],
    [
      "more text than IAM takes",
      { "Fn::Join": ["x".repeat(600_000), ["a", "b", "c"]] },
      "nothing (the text has 1200003 characters, more than IAM accepts)",
    ],
  ])("%s to what reads as unknown, and says why", (_, expression, assumed) => {
    const { unknowns } = resolved({ AWS: expression }, { Parameters: { P: { Type: "String" } } });
    expect(unknowns).toContainEqual(expect.objectContaining({ assumed }));
  });

  it("resolves a parameter to its default, and says that it was assumed", () => {
    const sections = { Parameters: { P: { Type: "CommaDelimitedList", Default: "a, b" } } };
    expect(resolved({ AWS: { Ref: "P" } }, sections)).toMatchObject({
      value: { AWS: ["a", "b"] },
      unknowns: [{ assumed: "the parameter's default" }],
    });
  });

  it("resolves references to an unnamed role to one text, another one for each stack", () => {
    const template = {
      Resources: {
        A: { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: {} } },
        B: roleOf([allow({ AWS: { "Fn::GetAtt": "A.Arn" } })]),
      },
    };
    const { roles } = rolesFromTemplates([source(template), source(template, { stackName: "T" })]);
    expect(roles.map(({ arn }) => arn)).toContain("arn:aws:iam::123456789012:role/${T.A}");
    expect(roles[1]?.trustPolicy).toEqual({ Statement: [allow({ AWS: roles[0]?.arn })] });
    expect(roles[0]?.unknowns).toMatchObject([{ path: "arn" }]);
  });

  it("resolves an import to the other stack's export, within one account only", () => {
    const exporting = {
      Resources: { A: roleOf([]) },
      Outputs: { O: { Value: { "Fn::GetAtt": ["A", "Arn"] }, Export: { Name: { "Fn::Sub": "x-${AWS::Region}" } } } },
    };
    const importing = { Resources: { B: roleOf([allow({ "Fn::ImportValue": "x-us-east-1" })], { RoleName: "b" }) } };
    const principal = (account: string): unknown =>
      rolesFromTemplates([source(exporting), source(importing, { account })]).roles[1]?.trustPolicy["Statement"];
    expect(principal("123456789012")).toEqual([allow("arn:aws:iam::123456789012:role/r")]);
    expect(principal("123456789013")).toEqual([allow("${ImportValue x-us-east-1}")]);
  });

  it("resolves the parameters and outputs of nested stacks", () => {
    const parent = source({
      Resources: {
        N: { Type: "AWS::CloudFormation::Stack", Properties: { Parameters: { P: { Ref: "AWS::StackName" } } } },
        R: roleOf([allow({ "Fn::GetAtt": ["N", "Outputs.O"] })]),
      },
    });
    const child = source(
      {
        Parameters: { P: { Type: "String" } },
        Outputs: { O: { Value: { Ref: "P" } } },
        Resources: { C: roleOf([], { RoleName: { Ref: "P" } }) },
      },
      { nestedIn: { source: parent, logicalId: "N" } },
    );
    const { roles } = rolesFromTemplates([parent, child]);
    expect(roles.map(({ arn }) => arn)).toEqual([
      "arn:aws:iam::123456789012:role/r",
      "arn:aws:iam::123456789012:role/S",
    ]);
    expect(roles[0]?.trustPolicy).toEqual({ Statement: [allow("S")] });
  });
});

const conditions = (expression: unknown, byDefault?: string, others: object = {}): object => ({
  Parameters: { P: { Type: "String", ...(byDefault !== undefined && { Default: byDefault }) } },
  Conditions: { C: expression, D: { "Fn::Not": [{ Condition: "C" }] }, ...others },
});

describe("rolesFromTemplates, conditions", () => {
  const statements = [
    { "Fn::If": ["C", allow("yes"), { Ref: "AWS::NoValue" }] },
    { "Fn::If": ["D", allow("no"), { Ref: "AWS::NoValue" }] },
  ];
  const isProd = { "Fn::Equals": [{ Ref: "P" }, "prod"] };
  const read = (sections: object, resource: object = roleOf(statements)): TrustRole[] => [
    ...rolesFromTemplates([source({ Resources: { R: resource }, ...sections })]).roles,
  ];

  it("decides a condition by its operands", () => {
    const [role] = read(conditions({ "Fn::Or": [{ "Fn::Equals": [{ Ref: "AWS::Region" }, "us-east-1"] }, isProd] }));
    expect(role).toMatchObject({ trustPolicy: { Statement: [allow("yes")] }, unknowns: [] });
  });
  it.each<[string, unknown, "yes" | "no"]>([
    ["Fn::And of what holds", { "Fn::And": [{ "Fn::Equals": ["a", "a"] }, { "Fn::Equals": ["b", "b"] }] }, "yes"],
    ["Fn::And of what does not", { "Fn::And": [{ "Fn::Equals": ["a", "a"] }, { "Fn::Equals": ["a", "b"] }] }, "no"],
    ["Fn::Or of what does not", { "Fn::Or": [{ "Fn::Equals": ["a", "b"] }, { "Fn::Equals": ["b", "a"] }] }, "no"],
    ["Fn::Not", { "Fn::Not": [{ "Fn::Equals": ["a", "b"] }] }, "yes"],
    ["Fn::Equals of a text and what is written without quotes", { "Fn::Equals": ["true", true] }, "yes"],
    [
      "Fn::And of what is undecided and what does not hold",
      { "Fn::And": [isProd, { "Fn::Equals": ["a", "b"] }] },
      "no",
    ],
  ])("%s", (_, expression, holds) => {
    const [role] = read(conditions(expression));
    expect(role).toMatchObject({ trustPolicy: { Statement: [allow(holds)] }, unknowns: [] });
  });
  it("takes a condition that the template does not have both ways", () => {
    const [role] = read({}, roleOf([{ "Fn::If": ["Nowhere", allow("yes"), allow("no")] }]));
    expect(role?.trustPolicy).toEqual({ Statement: [allow("yes"), allow("no")] });
  });
  it("decides a condition by the defaults of its parameters, and notes it", () => {
    const [role] = read(conditions(isProd, "dev"));
    expect(role?.trustPolicy).toEqual({ Statement: [allow("no")] });
    expect(role?.unknowns.map(({ assumed }) => assumed)).toContain("false, from the parameters' defaults");
  });
  it("takes an undecided condition both ways, never two that exclude each other at once, and notes the place in the result", () => {
    const [role] = read(conditions(isProd));
    expect(role?.trustPolicy).toEqual({ Statement: [allow("yes"), allow("no")] });
    expect(role?.unknowns).toContainEqual({
      path: "trustPolicy.Statement[1]",
      expression: '{"Condition":"D"}',
      assumed: "true or false: both are checked",
      cause: "alternative",
    });
  });
  it("leaves out a role that its condition does not create", () => {
    const absent = { ...roleOf([]), Condition: "C" };
    expect(read(conditions({ "Fn::And": [isProd, { "Fn::Equals": ["a", "b"] }] }, "prod"), absent)).toEqual([]);
    expect(read(conditions(isProd), absent)).toHaveLength(1);
  });
  it("takes the condition of a role that the defaults do not create as undecided, in the role as well", () => {
    const [role, ...others] = read(conditions(isProd, "dev"), { ...roleOf(statements), Condition: "C" });
    expect(others).toEqual([]);
    expect(role?.trustPolicy).toEqual({ Statement: [allow("yes")] });
    const assumed = "true or false: both are checked";
    expect(role?.unknowns).toContainEqual({
      path: "arn",
      expression: '{"Condition":"C"}',
      assumed,
      cause: "alternative",
    });
    const named = { "Fn::And": [{ Condition: "D" }, { "Fn::Equals": [{ Ref: "AWS::Region" }, "us-east-1"] }] };
    expect(read(conditions(isProd, "prod", { E: named }), { ...roleOf(statements), Condition: "E" })).toMatchObject([
      { trustPolicy: { Statement: [allow("no")] } },
    ]);
  });
  it("gives a role for each name that an undecided condition chooses", () => {
    expect(
      read(conditions(isProd), roleOf([], { RoleName: { "Fn::If": ["C", "p", "q"] } })).map(({ arn }) => arn.slice(-1)),
    ).toEqual(["p", "q"]);
  });
  it("reports a condition that refers to itself as a problem", () => {
    const { problems } = rolesFromTemplates([
      source({ Resources: { R: roleOf(statements) }, Conditions: { C: { Condition: "D" }, D: { Condition: "C" } } }),
    ]);
    expect(problems).toMatchObject([{ message: "circular reference: condition C → condition D → condition C" }]);
  });
});

it("collects the policies of a role from every side, once each", () => {
  const Resources = {
    R: roleOf([], {
      Policies: [{ PolicyName: "i", PolicyDocument: document("a:i") }],
      ManagedPolicyArns: [{ Ref: "M" }, "arn:aws:iam::aws:policy/X"],
      PermissionsBoundary: { Ref: "B" },
      MaxSessionDuration: "7200",
      Tags: [{ Key: "k", Value: "v" }],
    }),
    M: { Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument: document("a:m") } },
    B: { Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument: document("a:b") } },
  };
  const elsewhere = {
    P: { Type: "AWS::IAM::Policy", Properties: { Roles: ["r"], PolicyDocument: document("a:p") } },
    Q: {
      Type: "AWS::IAM::RolePolicy",
      Properties: { RoleName: "r", PolicyName: "q", PolicyDocument: document("a:q") },
    },
    X: { Type: "AWS::IAM::Policy", Properties: { Roles: ["other"], PolicyDocument: document("a:x") } },
  };
  const { roles } = rolesFromTemplates([source({ Resources }), source({ Resources: elsewhere }, { stackName: "T" })]);
  expect(roles).toMatchObject([
    {
      identityPolicies: ["a:i", "a:m", "a:p", "a:q"].map(document),
      identityPolicyKinds: ["inline", "managed", "inline", "inline"],
      managedPolicyArns: ["arn:aws:iam::aws:policy/X"],
      permissionsBoundary: document("a:b"),
      maxSessionDuration: 7200,
      tags: { k: "v" },
      unknowns: [],
    },
  ]);
});

it("finishes on references that double at each step", () => {
  const Resources = Object.fromEntries(
    Array.from({ length: 60 }, (_, i) => [
      `R${i}`,
      roleOf([], { RoleName: i === 0 ? "x" : { "Fn::Sub": `\${R${i - 1}}\${R${i - 1}}` } }),
    ]),
  );
  const { roles } = rolesFromTemplates([source({ Resources })]);
  expect(roles).toHaveLength(60);
});

it("does not say of which kind the policies are that exclude each other, for they are never together", () => {
  const [yes, no] = ["a:yes", "a:no"].map((action) => ({ PolicyName: action, PolicyDocument: document(action) }));
  const Policies = [{ "Fn::If": ["C", yes, no] }];
  const Conditions = { C: { "Fn::Equals": [{ Ref: "P" }, "x"] } };
  const Parameters = { P: { Type: "String" } };
  const [role] = rolesFromTemplates([
    source({ Parameters, Conditions, Resources: { R: roleOf([], { Policies }) } }),
  ]).roles;
  expect(role?.identityPolicies).toEqual([document("a:yes"), document("a:no")]);
  expect(role?.identityPolicyKinds).toBeUndefined();
});

describe("rolesFromTemplates, broken roles", () => {
  it.each([
    ["none", {}],
    ["null", { AssumeRolePolicyDocument: null }],
  ])("has no trust policy: %s", (_, Properties) => {
    const Resources = { A: roleOf([]), B: { Type: "AWS::IAM::Role", Properties }, C: { Type: "AWS::IAM::Role" } };
    const { roles, problems } = rolesFromTemplates([
      source({ Resources }, { lineOf: (id) => (id === "B" ? 7 : undefined) }),
    ]);
    expect(roles).toHaveLength(1);
    const fix = expect.stringContaining("add AssumeRolePolicyDocument");
    expect(problems).toEqual([
      { file: "t.json", line: 7, path: "B", message: "the role B has no AssumeRolePolicyDocument", fix },
      { file: "t.json", path: "C", message: "the role C has no AssumeRolePolicyDocument", fix },
    ]);
  });

  it("names the role that loses its trust policy to AWS::NoValue", () => {
    const Resources = { R: roleOf([], { AssumeRolePolicyDocument: { Ref: "AWS::NoValue" } }) };
    const { roles, problems } = rolesFromTemplates([source({ Resources })]);
    expect(problems).toEqual([]);
    expect(roles).toMatchObject([{ trustPolicy: { Statement: [] }, unknowns: [{ path: "trustPolicy" }] }]);
  });
});

describe("rolesFromTemplates, too many combinations of undecided conditions", () => {
  const names = Array.from({ length: 40 }, (_, i) => `C${i}`);
  const undecided = {
    Parameters: { P: { Type: "String" } },
    Conditions: Object.fromEntries(names.map((name) => [name, { "Fn::Equals": [{ Ref: "P" }, name] }])),
  };
  const chosen = names.map((name) => ({ "Fn::If": [name, allow(name), { Ref: "AWS::NoValue" }] }));
  const beyond = { path: "arn", expression: "more than 32 combinations of undecided conditions" };

  it("notes that a trust policy has too many undecided conditions for every combination", () => {
    const { roles } = rolesFromTemplates([source({ ...undecided, Resources: { R: roleOf(chosen) } })]);
    expect(roles[0]?.unknowns).toContainEqual(expect.objectContaining(beyond));
  });
  it("takes each condition both ways when there are too many for every combination", () => {
    const both = names.map((name) => ({ "Fn::If": [name, allow(name), allow(`not-${name}`)] }));
    const { roles } = rolesFromTemplates([source({ ...undecided, Resources: { R: roleOf(both) } })]);
    const all = names.flatMap((name) => [allow(name), allow(`not-${name}`)]);
    expect(new Set(asList(roles[0]?.trustPolicy["Statement"]))).toEqual(new Set(all));
    const inside = names.reduce<unknown>(
      (inner, name) => ({ "Fn::If": [name, allow(name), inner] }),
      allow("innermost"),
    );
    const [nested] = rolesFromTemplates([source({ ...undecided, Resources: { R: roleOf([inside]) } })]).roles;
    expect(nested?.trustPolicy["Statement"]).toContainEqual(allow("innermost"));
  });
  it("notes nothing when there are as many combinations as the limit", () => {
    const { roles } = rolesFromTemplates([source({ ...undecided, Resources: { R: roleOf(chosen.slice(0, 5)) } })]);
    expect(roles[0]?.unknowns.length).toBeGreaterThan(0);
    expect(roles[0]?.unknowns).not.toContainEqual(expect.objectContaining(beyond));
  });
  it("notes that too many undecided conditions decide whether a role is created", () => {
    const Conditions = {
      ...undecided.Conditions,
      None: { "Fn::Not": [{ "Fn::Or": names.slice(0, 10).map((Condition) => ({ Condition })) }] },
    };
    const R = { ...roleOf([]), Condition: "None" };
    const { roles } = rolesFromTemplates([source({ ...undecided, Conditions, Resources: { R } })]);
    expect(roles).toMatchObject([{ unknowns: [{ expression: expect.stringContaining(beyond.expression) }] }]);
  });
  it("notes that too many undecided conditions decide the roles of a policy", () => {
    const Roles = names.map((name) => ({ "Fn::If": [name, `role-${name}`, { Ref: "AWS::NoValue" }] }));
    const Policy = { Type: "AWS::IAM::Policy", Properties: { Roles, PolicyDocument: document("a:b") } };
    const { roles } = rolesFromTemplates([source({ ...undecided, Resources: { R: roleOf([]), Policy } })]);
    expect(roles[0]?.unknowns).toContainEqual(
      expect.objectContaining({ assumed: "the policy Policy is not attached to this role" }),
    );
  });
});

it("splits a text that is partly unknown around what is unknown", () => {
  const arn = { "Fn::Join": [":", ["arn", "aws", "iam", "", { Ref: "P" }, "root"]] };
  const parts = { "Fn::Split": [".", { "Fn::Join": ["", ["a.", { "Fn::GetAtt": ["X", "Y.Z"] }, ".b"]] }] };
  expect(resolved({ AWS: parts }).value).toEqual({ AWS: ["a", "${X.Y.Z}", "b"] });
  expect(resolved({ AWS: { "Fn::Select": [4, { "Fn::Split": [":", arn] }] } }).value).toEqual({ AWS: "${P}" });
});

describe("rolesFromTemplates knows the ARN of", () => {
  it.each<[string, object, unknown, string]>([
    [
      "an OIDC provider by Ref",
      { Type: "AWS::IAM::OIDCProvider", Properties: { Url: "https://token.example.com/x" } },
      { Ref: "X" },
      "oidc-provider/token.example.com/x",
    ],
    [
      "an OIDC provider of the CDK",
      { Type: "Custom::AWSCDKOpenIdConnectProvider", Properties: { Url: "https://token.example.com" } },
      { Ref: "X" },
      "oidc-provider/token.example.com",
    ],
    [
      "a SAML provider",
      { Type: "AWS::IAM::SAMLProvider", Properties: { Name: "idp" } },
      { "Fn::GetAtt": ["X", "Arn"] },
      "saml-provider/idp",
    ],
    [
      "a user with its path",
      { Type: "AWS::IAM::User", Properties: { UserName: "u", Path: "/p/" } },
      { "Fn::GetAtt": ["X", "Arn"] },
      "user/p/u",
    ],
    [
      "a role whose path has no slashes",
      { Type: "AWS::IAM::Role", Properties: { RoleName: "x", Path: "p", AssumeRolePolicyDocument: {} } },
      { "Fn::Sub": "${X.Arn}" },
      "role/p/x",
    ],
  ])("%s", (_, X, expression, resource) => {
    const { roles } = rolesFromTemplates([source({ Resources: { R: roleOf([allow(expression)]), X } })]);
    expect(roles[0]?.trustPolicy).toEqual({ Statement: [allow(`arn:aws:iam::123456789012:${resource}`)] });
    expect(roles[0]?.unknowns).toEqual([]);
  });
});

it.each<[string, unknown]>([
  ["Ref", { Ref: "X" }],
  ["Fn::GetAtt", { "Fn::GetAtt": ["X", "Arn"] }],
  [
    "Fn::Join as the CDK writes it",
    {
      "Fn::Join": [
        "",
        ["arn:", { Ref: "AWS::Partition" }, ":iam::", { Ref: "AWS::AccountId" }, ":oidc-provider/token.example.com"],
      ],
    },
  ],
])("leaves only the account of an OIDC provider open when the account is not known: %s", (_, Federated) => {
  const X = { Type: "AWS::IAM::OIDCProvider", Properties: { Url: "https://token.example.com" } };
  const { roles } = rolesFromTemplates([
    { file: "t.json", template: { Resources: { R: roleOf([allow({ Federated })]), X } } },
  ]);
  const arn = "arn:aws:iam::${AWS.AccountId}:oidc-provider/token.example.com";
  expect(roles[0]?.trustPolicy).toEqual({ Statement: [allow({ Federated: arn })] });
});

it("notes what was assumed wherever it is used again", () => {
  const Parameters = { P: { Type: "String", Default: "x" } };
  const A = roleOf([], { RoleName: { Ref: "P" } });
  const [B, C] = ["b", "c"].map((RoleName) => roleOf([allow({ AWS: { "Fn::GetAtt": ["A", "Arn"] } })], { RoleName }));
  const { roles } = rolesFromTemplates([source({ Parameters, Resources: { A, B, C } })]);
  const assumed = "the parameter's default";
  const noted = (path: string): unknown => expect.arrayContaining([expect.objectContaining({ path, assumed })]);
  expect(roles.map(({ unknowns }) => unknowns)).toEqual([
    noted("arn"),
    noted("trustPolicy.Statement[0].Principal.AWS"),
    noted("trustPolicy.Statement[0].Principal.AWS"),
  ]);
});

it("takes the default of a parameter of Systems Manager for a name, not for the value", () => {
  const sections = { Parameters: { P: { Type: "AWS::SSM::Parameter::Value<String>", Default: "/path" } } };
  expect(resolved({ AWS: { Ref: "P" } }, sections).value).toEqual({ AWS: "${P .path}" });
});

it.each<[string, unknown, unknown, string]>([
  ["a text", "{{resolve:ssm:/x}}", "${resolve.ssm.x}", "{{resolve:ssm:/x}}"],
  ["an ARN", "arn:aws:iam::{{resolve:ssm:/x:1}}:root", "arn:aws:iam::${resolve.ssm.x.1}:root", "{{resolve:ssm:/x:1}}"],
  [
    "a text that is put together",
    { "Fn::Join": ["", ["{{resolve:ssm:/", { Ref: "AWS::Region" }, "}}"]] },
    "${resolve.ssm.us-east-1}",
    "{{resolve:ssm:/us-east-1}}",
  ],
  ["a name that is unknown", { "Fn::Sub": "{{resolve:ssm:${P}}}" }, "${resolve.ssm.P.}", "{{resolve:ssm:${P}}}"],
  ["a parameter's default", { Ref: "D" }, ["${resolve.ssm.x}", "b"], "{{resolve:ssm:/x}}"],
])("takes a dynamic reference in %s for unknown, and says so", (_, principal, value, expression) => {
  const Parameters = { P: { Type: "String" }, D: { Type: "CommaDelimitedList", Default: "{{resolve:ssm:/x}}, b" } };
  const answer = resolved({ AWS: principal }, { Parameters });
  expect(answer.value).toEqual({ AWS: value });
  expect(answer.unknowns).toContainEqual(expect.objectContaining({ expression }));
});

it.each([
  [{ partition: "aws-us-gov" }, "aws-us-gov", "amazonaws.com"],
  [{ region: "us-gov-west-1" }, "aws-us-gov", "amazonaws.com"],
  [{ region: "us-iso-east-1" }, "aws-iso", "c2s.ic.gov"],
  [{ region: "us-isob-east-1" }, "aws-iso-b", "sc2s.sgov.gov"],
  [{ region: "cn-north-1" }, "aws-cn", "amazonaws.com.cn"],
])("takes the partition of the source, else of its Region: %j", (environment, partition, suffix) => {
  const service = { Service: { "Fn::Sub": "ec2.${AWS::URLSuffix}" } };
  const { roles } = rolesFromTemplates([source({ Resources: { R: roleOf([allow(service)]) } }, environment)]);
  expect(roles[0]?.arn).toBe(`arn:${partition}:iam::123456789012:role/r`);
  expect(roles[0]?.trustPolicy).toEqual({ Statement: [allow({ Service: `ec2.${suffix}` })] });
});
