import fc from "fast-check";
import { expect, it } from "vitest";
import { runRules } from "@agent-roles/trust";
import { rolesFromTemplates } from "./roles-from-templates.ts";
import { source } from "./templates.test-helper.ts";

/** Words that mean something in a template, so that a random value gets past the first look. */
const word = fc.constantFrom(
  ...(
    "Ref Fn::Sub Fn::GetAtt Fn::If Fn::Join Fn::Split Fn::Select Fn::FindInMap Fn::Length Fn::ToJsonString Fn::ImportValue " +
    "Fn::Equals Fn::And Fn::Or Fn::Not Condition DependsOn Fn::ForEach::A Fn::ForEach::B Fn::Transform A B ${A} &{A} ${A.Arn} " +
    "A.Arn N.Outputs.A __proto__ constructor toString AWS::NoValue AWS::AccountId AWS::Partition Properties Type Statement " +
    "AssumeRolePolicyDocument Policies PolicyDocument Roles RoleName Path Parameters TemplateURL Default CommaDelimitedList " +
    "Export Name Value AWS::IAM::Role AWS::CloudFormation::Stack"
  ).split(" "),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: "small" },
    word,
    fc.constantFrom(null, 0, true, ""),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(word, tie("value"), { maxKeys: 4 }),
    fc.tuple(word, fc.array(word, { maxLength: 3 }), tie("value")),
  ),
}));
const resource = fc.record(
  {
    Type: fc.constantFrom(
      "AWS::IAM::Role",
      "AWS::IAM::Policy",
      "AWS::IAM::ManagedPolicy",
      "AWS::CloudFormation::Stack",
    ),
    Properties: fc.dictionary(word, value, { maxKeys: 5 }),
    Condition: word,
    DependsOn: value,
  },
  { requiredKeys: ["Type"] },
);
const resources = fc.dictionary(
  fc.constantFrom("A", "B", "N", "Fn::ForEach::A", "Fn::Transform"),
  fc.oneof(resource, fc.tuple(word, value, fc.dictionary(word, resource)), value),
);
const section = fc.oneof(fc.dictionary(word, value), value);
const template = fc.record(
  { Resources: resources, Conditions: section, Parameters: section, Outputs: section, Mappings: section },
  { requiredKeys: ["Resources"] },
);

/** Only what a file can hold: objects as JSON.parse makes them. */
function json<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  return arbitrary.map((each): Readonly<Record<string, unknown>> => JSON.parse(JSON.stringify(each)));
}

it("reads whatever template, alone and nested, into roles that can be checked and problems that are complete", () => {
  fc.assert(
    fc.property(json(template), json(template), (outer, inner) => {
      const parent = source(outer);
      const child = source(inner, { file: "n.json", nestedIn: { source: parent, logicalId: "N" } });
      const { roles, problems } = rolesFromTemplates([parent, child]);
      for (const { file, message, fix } of problems) expect([file, message, fix]).not.toContain("");
      for (const { arn, location, unknowns } of roles) {
        expect(arn).toMatch(/^arn:aws/u);
        expect(["t.json", "n.json"]).toContain(location.file);
        for (const { path, expression, assumed } of unknowns) expect([path, expression, assumed]).not.toContain("");
      }
      expect(() => runRules(roles)).not.toThrow();
    }),
    { numRuns: 500 },
  );
});
