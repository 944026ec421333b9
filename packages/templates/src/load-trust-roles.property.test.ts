import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadTrustRoles } from "./load-trust-roles.ts";
import { TrustInputError } from "./trust-input-error.ts";

let cwd = "";
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), "trust-fuzz-"));
});
afterAll(async () => rm(cwd, { recursive: true }));

/** Whether there are roles, or the error that says why not; anything else is a fault. */
async function loads(content: string | Uint8Array): Promise<void> {
  await writeFile(join(cwd, "input"), content);
  const read = loadTrustRoles(["input"], { cwd });
  const files = await read.then((loaded) => loaded.files).catch((error: unknown) => error);
  expect(files instanceof TrustInputError ? ["input"] : files).toEqual(["input"]);
}

/** Words that mean something to the readers, so that a random value gets past their first look. */
const word = fc.constantFrom(
  "Ref",
  "Fn::Sub",
  "Fn::GetAtt",
  "Fn::If",
  "Fn::Join",
  "Fn::Split",
  "Fn::Select",
  "Fn::FindInMap",
  "Fn::ImportValue",
  "Fn::Equals",
  "Fn::And",
  "Fn::Or",
  "Fn::Not",
  "Condition",
  "A",
  "B",
  "A.Arn",
  "${A}",
  "${A.Arn}",
  "__proto__",
  "constructor",
  "AWS::NoValue",
  "AWS::AccountId",
  "Properties",
  "Type",
  "AWS::IAM::Role",
  "AWS::IAM::Policy",
  "AWS::IAM::ManagedPolicy",
  "AssumeRolePolicyDocument",
  "Policies",
  "PolicyDocument",
  "Statement",
  "Roles",
  "RoleName",
  "Path",
  "Tags",
  "ManagedPolicyArns",
  "PermissionsBoundary",
  "Default",
  "Export",
  "Name",
  "Value",
  "resources",
  "address",
  "type",
  "values",
  "aws_iam_role",
  "aws_iam_role_policy",
  "aws_iam_role_policy_attachment",
  "aws_iam_policy",
  "root_module",
  "role",
  "policy_arn",
  "expressions",
  "references",
  "module_calls",
  "module",
  "child_modules",
  "aws_iam_role.A",
  "assume_role_policy",
  "inline_policy",
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 7, depthSize: "small" },
    word,
    fc.constantFrom(null, 0, true, ""),
    fc.array(tie("value"), { maxLength: 4 }),
    tie("object"),
  ),
  object: fc.dictionary(word, tie("value"), { maxKeys: 5 }),
}));
const roleLike = fc.dictionary(
  fc.constantFrom(
    "AssumeRolePolicyDocument",
    "Policies",
    "RoleName",
    "Path",
    "Tags",
    "ManagedPolicyArns",
    "PermissionsBoundary",
    "Roles",
    "PolicyDocument",
    "MaxSessionDuration",
  ),
  value,
);
const resource = fc.record(
  {
    Type: fc.constantFrom("AWS::IAM::Role", "AWS::IAM::Policy", "AWS::IAM::ManagedPolicy"),
    Properties: roleLike,
    Condition: fc.constantFrom("A", "B"),
  },
  { requiredKeys: ["Type"] },
);
const template = fc.record(
  {
    Resources: fc.dictionary(fc.constantFrom("A", "B", "C"), fc.oneof(resource, value)),
    Conditions: value,
    Parameters: value,
    Outputs: value,
    Mappings: value,
  },
  { requiredKeys: ["Resources"] },
);
const plan = fc.record(
  { planned_values: fc.record({ root_module: value }), configuration: value, prior_state: value },
  { requiredKeys: ["planned_values"] },
);

it("gives roles or a TrustInputError for any bytes", async () => {
  expect.hasAssertions();
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), loads), { numRuns: 200 });
});

it("gives roles or a TrustInputError for any text", async () => {
  const yamlish = fc.string({
    unit: fc.constantFrom(
      "{",
      "}",
      "[",
      "]",
      ":",
      " ",
      "\n",
      "-",
      "&a",
      "*a",
      "!Ref",
      "!Sub",
      '"',
      "Resources",
      "x",
      "<<",
      "?",
      "|",
    ),
  });
  expect.hasAssertions();
  await fc.assert(fc.asyncProperty(fc.oneof(fc.string(), yamlish), loads), { numRuns: 500 });
});

it("gives roles or a TrustInputError for anything like a template, a plan or a policy", async () => {
  const like = fc.oneof(template, plan, fc.record({ Statement: value })).map((input) => JSON.stringify(input));
  expect.hasAssertions();
  await fc.assert(fc.asyncProperty(like, loads), { numRuns: 1000 });
});
