import { describe, expect, it } from "vitest";
import { runRules, proveExpectations, type TrustRole } from "@agent-roles/trust";
import { rolesFromTemplates } from "./roles-from-templates.ts";
import { allow, roleOf, source } from "./templates.test-helper.ts";

const undecided = {
  Parameters: { P: { Type: "String" } },
  Conditions: Object.fromEntries(["C", "D"].map((name) => [name, { "Fn::Equals": [{ Ref: "P" }, name] }])),
};
const read = (R: object): TrustRole => {
  const [role] = rolesFromTemplates([source({ ...undecided, Resources: { R } })]).roles;
  if (!role) throw new Error("no role");
  return role;
};
const only = (yes: unknown, no: unknown = { Ref: "AWS::NoValue" }): object => ({ "Fn::If": ["C", yes, no] });
const outside = (accounts: unknown, more: object = {}): object => ({
  ...allow("*"),
  Effect: "Deny",
  Condition: { StringNotEquals: { "aws:PrincipalAccount": accounts } },
  ...more,
});
const ids = (role: TrustRole): string[] => runRules([role]).map(({ id }) => id);
const [own, other] = ["123456789012", "123456789013"];

describe("a Deny of a trust policy", () => {
  it("does not count a Deny of a trust policy that a condition can remove, and notes it", () => {
    const role = read(roleOf([only(outside(own)), allow("*"), allow({ AWS: { Ref: "Nobody" } })]));
    expect(role.trustPolicy["Statement"]).toEqual([allow("*"), allow({ AWS: "${Nobody}" })]);
    expect(ids(role)).toContain("wildcard-principal");
    expect(role.unknowns.map(({ path }) => path)).toEqual(
      expect.arrayContaining(["trustPolicy.Statement", "trustPolicy.Statement[1].Principal.AWS"]),
    );
    expect(role.unknowns).toContainEqual({
      path: "trustPolicy.Statement",
      expression: JSON.stringify(outside(own)),
      assumed: "it denies nothing, because it does not exist for every outcome of the undecided conditions",
    });
    const denied = { from: "outside-accounts", to: "*", decision: "denied" } as const;
    expect(proveExpectations([denied], [role])).toMatchObject([{ holds: false }]);
  });
  it("counts a Deny of a trust policy that every condition leaves", () => {
    const role = read(roleOf([allow("*"), only(allow(own)), outside(own)]));
    expect(role.trustPolicy["Statement"]).toEqual([allow("*"), allow(own), outside(own)]);
    expect(ids(role)).not.toContain("wildcard-principal");
  });
  it("counts a Deny of a trust policy for what all of its forms deny, when their exceptions differ", () => {
    const role = read(roleOf([allow("*"), only(outside(own), outside(other))]));
    expect(role.trustPolicy["Statement"]).toEqual([allow("*"), outside([own, other])]);
    expect(ids(role)).not.toContain("wildcard-principal");
    const listed = read(roleOf([allow("*"), outside([own, only(other)])]));
    expect(listed.trustPolicy["Statement"]).toEqual([allow("*"), outside([own, other])]);
  });
  it.each([
    ["the callers that it denies", outside(own), outside(own, { Principal: { AWS: other } })],
    [
      "the key",
      outside(own),
      outside(own, { Condition: { StringNotEquals: { "aws:PrincipalOrgID": "o-abc1234567" } } }),
    ],
    [
      "what it asks for",
      outside(own, { Condition: { StringEquals: { "aws:PrincipalAccount": own } } }),
      outside(own, { Condition: { StringEquals: { "aws:PrincipalAccount": other } } }),
    ],
  ])("does not count a Deny of a trust policy whose forms differ in %s", (_, yes, no) => {
    expect(read(roleOf([allow("*"), only(yes, no)])).trustPolicy["Statement"]).toEqual([allow("*")]);
  });
});

const deny = { Effect: "Deny", Action: "iam:*", Resource: "*" };
const allowing = { Effect: "Allow", Action: "*", Resource: "*" };
const policy = (statements: unknown): object => ({ PolicyName: "p", PolicyDocument: { Statement: statements } });

describe("a Deny of another policy", () => {
  it.each<[string, unknown, unknown[]]>([
    ["in part of a policy", [policy([allowing, only(deny)])], [{ Statement: [allowing] }]],
    [
      "in a policy of its own",
      [policy([allowing]), only(policy([deny]))],
      [{ Statement: [allowing] }, { Statement: [] }],
    ],
    [
      "in one of two policies",
      [policy([allowing]), only(policy([deny]), policy([deny, allowing]))],
      [{ Statement: [allowing] }, { Statement: [deny] }, { Statement: [deny, allowing] }],
    ],
  ])("%s", (_, Policies, documents) => {
    const role = read(roleOf([], { Policies }));
    expect(role.identityPolicies).toEqual(documents);
    expect(role.identityPolicyKinds).toBeUndefined();
  });
  it("counts a Deny of a boundary only when it is always there", () => {
    const PolicyDocument = { Statement: [allowing, only(deny)] };
    const B = { Type: "AWS::IAM::ManagedPolicy", Properties: { PolicyDocument } };
    const Resources = { R: roleOf([], { PermissionsBoundary: { Ref: "B" } }), B };
    const [role] = rolesFromTemplates([source({ ...undecided, Resources })]).roles;
    expect(role?.permissionsBoundary).toEqual({ Statement: [allowing] });
  });
});

describe("what a role is in each variant", () => {
  it("reports what a role is in each variant when it differs", () => {
    expect(read(roleOf([only(outside(own)), only(allow(own)), allow(other)])).variants).toMatchObject([
      { trustPolicy: { Statement: [outside(own), allow(own), allow(other)] } },
      { trustPolicy: { Statement: [allow(other)] } },
    ]);
    const Tags = [{ Key: "k", Value: only("v", "w") }];
    expect(read(roleOf([], { Tags })).variants).toMatchObject([{ tags: { k: "v" } }, { tags: { k: "w" } }]);
  });
  it("reports no variants when there is one, or all are alike", () => {
    expect(read(roleOf([allow(own)])).variants).toBeUndefined();
    expect(read(roleOf([only(allow(own), allow(own))])).variants).toBeUndefined();
  });
});
