import { describe, expect, it } from "vitest";
import { runRules, proveExpectations } from "@agent-roles/trust";
import { rolesFromTemplates } from "./roles-from-templates.ts";
import { allow, roleOf, source } from "./templates.test-helper.ts";

const lineOf = (id: string): number => (id === "N" ? 4 : 9);
const nested = { Type: "AWS::CloudFormation::Stack", Properties: { TemplateURL: "https://example.com/n.json" } };

describe("rolesFromTemplates gives a role of which nothing is known for", () => {
  it.each<[string, Readonly<Record<string, unknown>>]>([
    ["a nested stack", nested],
    ["a stack set", { Type: "AWS::CloudFormation::StackSet", Properties: {} }],
    ["a module", { Type: "My::Team::Role::MODULE", Properties: {} }],
    ["a serverless application", { Type: "AWS::Serverless::Application" }],
  ])("%s", (_, resource) => {
    const { roles, problems } = rolesFromTemplates([source({ Resources: { N: resource } }, { lineOf })]);
    expect(problems).toEqual([]);
    expect(roles).toMatchObject([
      {
        arn: "arn:aws:iam::123456789012:role/${S.N}",
        location: { file: "t.json", line: 4, path: "N" },
        unknowns: [{ path: "arn", expression: expect.stringContaining(String(resource["Type"])) }],
      },
    ]);
  });
  it.each([
    ["by the parameters' defaults", "dev", { "Fn::Equals": [{ Ref: "P" }, "prod"] }],
    ["when an undecided condition holds", undefined, { "Fn::Not": [{ "Fn::Equals": [{ Ref: "P" }, "prod"] }] }],
  ])("a nested stack that is not created %s", (_, Default, C) => {
    const Parameters = { P: { Type: "String", ...(Default && { Default }) } };
    const Resources = { N: { ...nested, Condition: "C" } };
    expect(rolesFromTemplates([source({ Parameters, Conditions: { C }, Resources })]).roles).toHaveLength(1);
  });
  it("a macro among the resources", () => {
    const { roles } = rolesFromTemplates([source({ Resources: { "Fn::Transform": { Name: "AWS::Include" } } })]);
    expect(roles).toMatchObject([{ location: { path: "Fn::Transform" } }]);
  });
  it.each<[string, Readonly<Record<string, unknown>>, string]>([
    ["a macro over the template", { Transform: "MyMacro" }, '{"Transform":["MyMacro"]}'],
    ["one of several", { Transform: ["AWS::LanguageExtensions", "MyMacro"] }, '{"Transform":["MyMacro"]}'],
    ["another file", { Transform: { Name: "AWS::Include" } }, '{"Transform":[{"Name":"AWS::Include"}]}'],
    [
      "another file beside the sections",
      { "Fn::Transform": { Name: "AWS::Include" } },
      '{"Fn::Transform":{"Name":"AWS::Include"}}',
    ],
  ])("%s", (_, sections, expression) => {
    const { roles } = rolesFromTemplates([source({ ...sections, Resources: { R: roleOf([]) } })]);
    expect(roles).toMatchObject([
      { unknowns: [] },
      { location: { path: "Transform" }, unknowns: [{ path: "arn", expression: `Transform ${expression}` }] },
    ]);
  });
});

describe("rolesFromTemplates gives none for", () => {
  it("a nested stack whose template is there", () => {
    const parent = source({ Resources: { N: nested } });
    const child = source({ Resources: { R: roleOf([]) } }, { nestedIn: { source: parent, logicalId: "N" } });
    expect(rolesFromTemplates([child, parent]).roles.map(({ arn }) => arn)).toEqual([
      "arn:aws:iam::123456789012:role/r",
    ]);
  });
  it("one that is not created", () => {
    const Conditions = { C: { "Fn::Equals": ["a", "b"] } };
    expect(rolesFromTemplates([source({ Conditions, Resources: { N: { ...nested, Condition: "C" } } })]).roles).toEqual(
      [],
    );
  });
  it("a transform of AWS that makes no roles", () => {
    const Transform = ["AWS::LanguageExtensions", "AWS::Serverless-2016-10-31"];
    expect(rolesFromTemplates([source({ Transform, Resources: {} })]).roles).toEqual([]);
  });
  it("a serverless function with a role", () => {
    const N = { Type: "AWS::Serverless::Function", Properties: { Role: "arn:aws:iam::123456789012:role/x" } };
    expect(rolesFromTemplates([source({ Resources: { N } })]).roles).toEqual([]);
  });
});

describe("a macro of a role is unknown", () => {
  const macro = { "Fn::Transform": { Name: "MyMacro" } };
  const expression = JSON.stringify(macro);
  const denied = { from: "outside-accounts", to: "*", decision: "denied" } as const;
  const own = allow({ AWS: "arn:aws:iam::123456789012:role/x" });
  it.each<[string, Readonly<Record<string, unknown>>, unknown[]]>([
    ["among its properties", { ...roleOf([own], macro) }, [own]],
    ["beside its properties", { ...roleOf([own]), ...macro }, [own]],
    ["in place of its properties", { Type: "AWS::IAM::Role", Properties: macro }, []],
  ])("%s, and so is who is trusted", (_, R, written) => {
    const { roles, problems } = rolesFromTemplates([source({ Resources: { R } })]);
    expect(problems).toEqual([]);
    expect(roles[0]?.trustPolicy["Statement"]).toEqual([...written, "${Fn.Transform}"]);
    expect(roles[0]?.unknowns).toContainEqual(expect.objectContaining({ path: "trustPolicy", expression }));
    expect(proveExpectations([denied], roles)).toMatchObject([{ holds: false }]);
    expect(new Set(runRules(roles).map(({ id }) => id))).toEqual(new Set(["unknown-value"]));
  });
  it.each<[string, unknown]>([
    ["the trust policy", { Statement: [own], ...macro }],
    ["a statement", { Statement: [{ ...own, ...macro }] }],
  ])("among the members of %s", (_, AssumeRolePolicyDocument) => {
    const { roles } = rolesFromTemplates([source({ Resources: { R: roleOf([], { AssumeRolePolicyDocument }) } })]);
    expect(roles[0]?.unknowns).toContainEqual(expect.objectContaining({ expression }));
    expect(proveExpectations([denied], roles)).toMatchObject([{ holds: false }]);
  });
});

it("the name of what is not known does not contain the files' directory", () => {
  const unnamed = { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: { Statement: [] } } };
  const arnsIn = (...files: string[]): string[] => {
    const sources = files.map((file) => ({ file, template: { Resources: { N: nested, U: unnamed } } }));
    return rolesFromTemplates(sources).roles.map(({ arn }) => arn.split("/").slice(1).join("/"));
  };
  const names = ["${a.json.U}", "${sub.b.json.U}", "${a.json.N}", "${sub.b.json.N}"];
  expect(arnsIn("before/a.json", "before/sub/b.json")).toEqual(names);
  expect(arnsIn("/c/after/a.json", "/c/after/sub/b.json")).toEqual(names);
  expect(arnsIn("before/a.json")).toEqual(["${U}", "${N}"]);
});

it("is one finding, unknown-value, that names file and logical ID", () => {
  const master = roleOf([allow({ Service: "lambda.amazonaws.com" })], { RoleName: "master" });
  const { roles } = rolesFromTemplates([source({ Resources: { N: nested, Master: master } })]);
  const context = { masterRoleArn: "arn:aws:iam::123456789012:role/master", accounts: ["123456789012"] };
  expect(runRules(roles, context)).toMatchObject([
    {
      id: "unknown-value",
      severity: "info",
      location: { file: "t.json", path: "N" },
      message: expect.stringContaining("https://example.com/n.json"),
    },
  ]);
});
