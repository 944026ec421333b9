import { describe, expect, it } from "vitest";
import type { TrustRole } from "@agent-roles/trust";
import { rolesFromTemplates } from "./roles-from-templates.ts";
import { allow, document, roleOf, source } from "./templates.test-helper.ts";

const undecided = {
  Parameters: { P: { Type: "String" } },
  Conditions: { C: { "Fn::Equals": [{ Ref: "P" }, "x"] } },
};
const read = (Resources: object, sections: object = {}): TrustRole[] => [
  ...rolesFromTemplates([source({ ...sections, Resources })]).roles,
];
const policy = (Roles: unknown, action: string): object => ({
  Type: "AWS::IAM::Policy",
  Properties: { Roles, PolicyDocument: document(action) },
});
const managed = (action: string, Roles: unknown = []): object => ({
  Type: "AWS::IAM::ManagedPolicy",
  Properties: { Roles, PolicyDocument: document(action) },
});

describe("the policies of a role", () => {
  it("lists a policy of a role once, though it is attached from both sides", () => {
    const [role] = read({ R: roleOf([], { ManagedPolicyArns: [{ Ref: "M" }] }), M: managed("a:m", ["r"]) });
    expect(role?.identityPolicies).toEqual([document("a:m")]);
  });
  it("lists no policy that is not created", () => {
    const never = { Conditions: { Never: { "Fn::Equals": ["a", "b"] } } };
    const [role] = read({ R: roleOf([]), P: { ...policy(["r"], "a:p"), Condition: "Never" } }, never);
    expect(role?.identityPolicies).toEqual([]);
  });
  it("lists no policy of a role with the same name in another account", () => {
    const { roles } = rolesFromTemplates([
      source({ Resources: { R: roleOf([]) } }),
      source({ Resources: { P: policy(["r"], "a:p") } }, { account: "123456789013" }),
    ]);
    expect(roles[0]?.identityPolicies).toEqual([]);
  });
  it("lists no policy that names another role under the condition of this one", () => {
    const names = [{ "Fn::If": ["C", "r", "other"] }];
    const chosen = [{ "Fn::If": ["C", allow("yes"), allow("no")] }];
    const roles = read(
      { R: roleOf(chosen), O: roleOf(chosen, { RoleName: "other" }), P: policy(names, "a:p") },
      undecided,
    );
    expect(roles.map(({ identityPolicies }) => identityPolicies)).toEqual([[document("a:p")], [document("a:p")]]);
    const fixed = read(
      { R: roleOf([]), P: policy([{ "Fn::If": ["Yes", "other", "r"] }], "a:p") },
      { Conditions: { Yes: { "Fn::Equals": ["a", "a"] } } },
    );
    expect(fixed[0]?.identityPolicies).toEqual([]);
  });
  it("reports that a role can have more policies when a policy of its stack names an unknown role", () => {
    const adrift = { P: policy([{ "Fn::GetAtt": ["X", "Name"] }], "a:p"), R: roleOf([]) };
    const { roles } = rolesFromTemplates([
      source({ Resources: adrift }),
      source({ Resources: { S: roleOf([], { RoleName: "s" }) } }),
    ]);
    expect(roles[0]?.unknowns).toMatchObject([{ assumed: "the policy P is not attached to this role" }]);
    expect(roles[1]?.unknowns).toEqual([]);
  });
  it("finds the policies of roles without evaluating a policy for each role, when no condition decides its roles", () => {
    let asked = 0;
    const Properties = {
      PolicyDocument: document("a:p"),
      get Roles() {
        asked += 1;
        return names;
      },
    };
    const names = Array.from({ length: 10 }, (_, i) => `r${i}`);
    const made = Object.fromEntries(names.map((RoleName) => [RoleName, roleOf([], { RoleName })]));
    const roles = read({ ...made, P: { Type: "AWS::IAM::Policy", Condition: "C", Properties } }, undecided);
    expect(roles.map(({ identityPolicies }) => identityPolicies)).toEqual(names.map(() => [document("a:p")]));
    expect(asked).toBeLessThan(names.length);
  });
  it("names policies without a text, except those of AWS", () => {
    const arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/x"];
    const [role] = read({ R: roleOf([], { ManagedPolicyArns: arns }) });
    expect(role?.managedPolicyArns).toEqual(arns);
    expect(role?.unknowns).toMatchObject([{ path: "managedPolicyArns[1]", expression: arns[1] }]);
  });
  it("notes an unknown policy at its place in the result", () => {
    const [role] = read({
      R: roleOf([], { Policies: [{ PolicyName: "p", PolicyDocument: { Statement: { Ref: "Nothing" } } }] }),
    });
    expect(role?.unknowns).toMatchObject([{ path: "identityPolicies[0].Statement" }]);
  });
  it("reads policies from JSON text", () => {
    const [role] = read({ R: roleOf([], { AssumeRolePolicyDocument: JSON.stringify({ Statement: [allow("*")] }) }) });
    expect(role?.trustPolicy).toEqual({ Statement: [allow("*")] });
  });
});

describe("a permissions boundary", () => {
  it("notes a permissions boundary without a text, and takes it for none", () => {
    const [role] = read({ R: roleOf([], { PermissionsBoundary: "arn:aws:iam::123456789012:policy/b" }) });
    expect(role?.permissionsBoundary).toBeUndefined();
    expect(role?.unknowns).toMatchObject([
      { path: "permissionsBoundary", expression: expect.stringContaining("policy/b") },
    ]);
  });
  it("takes a permissions boundary that a condition can remove for none", () => {
    const PermissionsBoundary = { "Fn::If": ["C", { Ref: "B" }, { Ref: "AWS::NoValue" }] };
    const [role] = read({ R: roleOf([], { PermissionsBoundary }), B: managed("a:b") }, undecided);
    expect(role?.permissionsBoundary).toBeUndefined();
  });
});

describe("an undecided condition", () => {
  it("keeps the place of an unknown value when a condition moves its statement", () => {
    const choice = { "Fn::If": ["C", allow("yes"), allow({ AWS: { Ref: "Nobody" } })] };
    const [role] = read({ R: roleOf([allow("first"), choice]) }, undecided);
    expect(role?.trustPolicy["Statement"]).toHaveLength(3);
    expect(role?.unknowns.map(({ path }) => path)).toContain("trustPolicy.Statement[2].Principal.AWS");
  });
  it("takes the longest session where a condition is undecided", () => {
    const [role] = read({ R: roleOf([], { MaxSessionDuration: { "Fn::If": ["C", 3600, 7200] } }) }, undecided);
    expect(role?.maxSessionDuration).toBe(7200);
  });
});

it("a role is found by its construct path: its own, the assembly's, else its logical ID", () => {
  const own = { ...roleOf([]), Metadata: { "aws:cdk:path": "App/Own" } };
  const constructPaths = new Map([["B", "App/B"]]);
  const { roles } = rolesFromTemplates([
    source(
      { Resources: { A: own, B: roleOf([], { RoleName: "b" }), C: roleOf([], { RoleName: "c" }) } },
      { constructPaths },
    ),
  ]);
  expect(roles.map(({ location }) => location.path)).toEqual(["App/Own", "App/B", "C"]);
});
