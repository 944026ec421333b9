import { expect, it } from "vitest";
import { rolesFromTemplates } from "./roles-from-templates.ts";
import { allow, roleOf, source } from "./templates.test-helper.ts";

const arnOf = (id: string): object => ({ AWS: { "Fn::GetAtt": [id, "Arn"] } });
const circles = (Resources: object, sections: object = {}): string[] =>
  rolesFromTemplates([source({ ...sections, Resources })]).problems.map(({ message }) => message);
const CIRCLE = "circular reference: A → B → A";

it.each<[string, object, object]>([
  ["Ref", {}, roleOf([], { RoleName: "b", Tags: [{ Key: "k", Value: { Ref: "A" } }] })],
  ["Fn::GetAtt", {}, roleOf([allow(arnOf("A"))], { RoleName: "b" })],
  ["Fn::GetAtt in one text", {}, roleOf([allow({ AWS: { "Fn::GetAtt": "A.Arn" } })], { RoleName: "b" })],
  ["Fn::Sub", {}, roleOf([allow({ AWS: { "Fn::Sub": "${A.Arn}" } })], { RoleName: "b" })],
  ["DependsOn", {}, { ...roleOf([], { RoleName: "b" }), DependsOn: ["A"] }],
])("a circle that %s closes is one problem", (_, __, B) => {
  expect(circles({ A: roleOf([allow(arnOf("B"))]), B })).toEqual([CIRCLE]);
});

it("a circle is one problem, however many roles come upon it", () => {
  const Resources = {
    A: roleOf([allow(arnOf("B"))], { RoleName: { Ref: "B" } }),
    B: roleOf([allow(arnOf("A"))], { RoleName: { Ref: "A" } }),
    C: roleOf([allow(arnOf("A"))], { RoleName: "c" }),
    D: roleOf([allow(arnOf("B"))], { RoleName: "d" }),
  };
  expect(circles(Resources)).toHaveLength(1);
});

const either = (id: string, other: unknown): object => ({
  AWS: { "Fn::If": ["Yes", { "Fn::GetAtt": [id, "Arn"] }, other] },
});
it("branches of which only one counts are no circle", () => {
  const Conditions = { Yes: { "Fn::Equals": ["a", "a"] } };
  const A = roleOf([allow(either("B", "x"))]);
  const B = roleOf([allow({ AWS: { "Fn::If": ["Yes", "x", { "Fn::GetAtt": ["A", "Arn"] }] } })], { RoleName: "b" });
  expect(circles({ A, B }, { Conditions })).toEqual([]);
});

it("nested stacks that refer to each other are one circle", () => {
  const parent = source({
    Resources: {
      N: {
        Type: "AWS::CloudFormation::Stack",
        Properties: { Parameters: { P: { "Fn::GetAtt": ["N", "Outputs.O"] } } },
      },
    },
  });
  const child = source(
    {
      Parameters: { P: { Type: "String" } },
      Outputs: { O: { Value: { Ref: "P" } } },
      Resources: { R: roleOf([], { RoleName: { Ref: "P" } }) },
    },
    { nestedIn: { source: parent, logicalId: "N" } },
  );
  expect(rolesFromTemplates([parent, child]).problems).toMatchObject([
    { message: expect.stringContaining("circular reference") },
  ]);
});
