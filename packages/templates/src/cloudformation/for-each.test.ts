import { describe, expect, it } from "vitest";
import type { TrustRole } from "@agent-roles/trust";
import { rolesFromTemplates } from "./roles-from-templates.ts";
import { allow, roleOf, source } from "./templates.test-helper.ts";

const arn = (name: string): string => `arn:aws:iam::123456789012:role/${name}`;
const named = { RoleName: { "Fn::Sub": "${Team}-agent" } };
const read = (template: Readonly<Record<string, unknown>>): readonly TrustRole[] =>
  rolesFromTemplates([source(template, { lineOf: (id) => (id === "Fn::ForEach::Roles" ? 3 : undefined) })]).roles;

const loop = (id: string, key: string, value: unknown): object => ({
  [`Fn::ForEach::${id}`]: ["X", ["us-east-1", "eu"], { [key]: value }],
});
const withLoop = (collection: unknown, body: unknown = { "R${Team}": roleOf([], named) }): object => ({
  Parameters: { Teams: { Type: "CommaDelimitedList" } },
  Resources: { "Fn::ForEach::Roles": ["Team", collection, body], Other: roleOf([]) },
});

describe("Fn::ForEach makes", () => {
  it("a role for each item, its identifier replaced in keys, texts and references, where the loop stands", () => {
    const body = { "Role&{Team}": roleOf([allow({ AWS: { Ref: "Team" } })], { RoleName: "x-${Team}" }) };
    const roles = read({ Resources: { "Fn::ForEach::Roles": ["Team", ["a", "b-1"], body] } });
    expect(roles).toMatchObject([
      { arn: arn("x-a"), trustPolicy: { Statement: [allow({ AWS: "a" })] }, location: { line: 3, path: "Rolea" } },
      { arn: arn("x-b-1"), trustPolicy: { Statement: [allow({ AWS: "b-1" })] }, location: { line: 3, path: "Roleb1" } },
    ]);
    expect(roles.flatMap(({ unknowns }) => unknowns)).toEqual([]);
  });

  it("what loops within loops ask for", () => {
    const inner = {
      "Fn::ForEach::Stages": [
        "Stage",
        ["dev", "prod"],
        { "${Team}${Stage}": roleOf([], { RoleName: "${Team}-${Stage}" }) },
      ],
    };
    const roles = read({ Resources: { "Fn::ForEach::Roles": ["Team", ["a", "b"], inner] } });
    expect(roles.map((role) => role.arn)).toEqual(["a-dev", "a-prod", "b-dev", "b-prod"].map(arn));
  });

  it("a role for each item of a parameter's default, and says that it was assumed", () => {
    const roles = read({
      Parameters: { Teams: { Type: "CommaDelimitedList", Default: "a,b" } },
      Resources: { "Fn::ForEach::Roles": ["Team", { Ref: "Teams" }, { "R${Team}": roleOf([], named) }] },
    });
    const unknowns = [{ path: "arn", expression: '{"Ref":"Teams"}', assumed: "the parameter's default" }];
    expect(roles).toMatchObject([
      { arn: arn("a-agent"), unknowns },
      { arn: arn("b-agent"), unknowns },
    ]);
  });

  it("a role for each item that the parent stack passes", () => {
    const parent = source({
      Resources: { N: { Type: "AWS::CloudFormation::Stack", Properties: { Parameters: { Teams: "a,b" } } } },
    });
    const child = source(
      {
        Parameters: { Teams: { Type: "CommaDelimitedList" } },
        Resources: { "Fn::ForEach::Roles": ["Team", { Ref: "Teams" }, { "R${Team}": roleOf([], named) }] },
      },
      { nestedIn: { source: parent, logicalId: "N" } },
    );
    const { roles } = rolesFromTemplates([parent, child]);
    expect(roles.map((role) => [role.arn, role.unknowns])).toEqual([
      [arn("a-agent"), []],
      [arn("b-agent"), []],
    ]);
  });

  it("conditions, outputs, properties and members of values", () => {
    const [role] = read({
      Conditions: loop("C", "Is&{X}", { "Fn::Equals": [{ Ref: "AWS::Region" }, "${X}"] }),
      Outputs: loop("O", "Out&{X}", { Value: "v-${X}", Export: { Name: "e-${X}" } }),
      Resources: {
        R: {
          Type: "AWS::IAM::Role",
          Properties: {
            "Fn::ForEach::P": ["Name", ["RoleName"], { "${Name}": "r" }],
            AssumeRolePolicyDocument: {
              Statement: [
                { "Fn::If": ["Isuseast1", allow("yes"), allow("no")] },
                allow({ AWS: { "Fn::ImportValue": "e-eu" } }),
                { ...allow("*"), Condition: { StringEquals: loop("K", "aws:PrincipalTag/${X}", "1") } },
              ],
            },
          },
        },
      },
    });
    expect(role?.unknowns).toEqual([]);
    expect(role?.arn).toBe(arn("r"));
    expect(role?.trustPolicy["Statement"]).toEqual([
      allow("yes"),
      allow({ AWS: "v-eu" }),
      { ...allow("*"), Condition: { StringEquals: { "aws:PrincipalTag/us-east-1": "1", "aws:PrincipalTag/eu": "1" } } },
    ]);
  });
});

describe("an unknown Fn::ForEach", () => {
  const unread = {
    arn: arn("${S.Fn.ForEach.Roles}"),
    location: { file: "t.json", line: 3, path: "Fn::ForEach::Roles" },
    unknowns: [{ path: "arn", expression: expect.stringContaining("Fn::ForEach::Roles"), assumed: expect.any(String) }],
  };

  it.each<[string, unknown]>([
    ["whose collection is given at deployment", { Ref: "Teams" }],
    ["whose collection holds what is not known", ["a", { "Fn::GetAtt": ["X", "Y"] }]],
    ["whose collection is no list", "a"],
    ["whose items are no texts", [{}]],
  ])("%s", (_, collection) => {
    const { roles, problems } = rolesFromTemplates([
      source({ ...withLoop(collection) }, { lineOf: (id) => (id.startsWith("Fn") ? 3 : 9) }),
    ]);
    expect(problems).toEqual([]);
    expect(roles).toMatchObject([{ arn: arn("r") }, unread]);
  });
  it("reports an Fn::ForEach of another form as unknown", () => {
    expect(read({ Resources: { "Fn::ForEach::Roles": { Role: roleOf([]) } } })).toMatchObject([unread]);
  });
  it("reports an Fn::ForEach that makes too much as unknown", () => {
    const many = Array.from({ length: 3000 }, (_, i) => String(i));
    const inner = { "Fn::ForEach::Inner": ["I", many, { "R${Team}${I}": roleOf([], named) }] };
    expect(read({ ...withLoop(many, inner) }).at(-1)).toMatchObject(unread);
  });
  it("reports an unknown Fn::ForEach at the role that contains it", () => {
    const loopIn = { "Fn::ForEach::K": ["X", { Ref: "Nobody" }, { "aws:PrincipalTag/${X}": "1" }] };
    const R = roleOf([{ ...allow("*"), Condition: { StringEquals: loopIn } }], {
      "Fn::ForEach::P": ["X", { Ref: "Nobody" }, {}],
    });
    expect(read({ Resources: { R } })[0]?.unknowns).toMatchObject([
      {
        path: "trustPolicy.Statement[0].Condition.StringEquals",
        expression: expect.stringContaining("Fn::ForEach::K"),
      },
      { path: "arn", expression: expect.stringContaining("Fn::ForEach::P") },
    ]);
  });
  it("does not report an Fn::ForEach that makes nothing of IAM", () => {
    const body = { "B${Team}": { Type: "AWS::S3::Bucket" } };
    expect(read({ ...withLoop({ Ref: "Teams" }, body) })).toMatchObject([{ arn: arn("r") }]);
  });
});
