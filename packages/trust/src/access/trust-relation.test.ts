import { describe, expect, it } from "vitest";
import type { TrustContext } from "../trust-model.ts";
import { findCaller } from "./find-caller.ts";
import { role, trust } from "./roles.test-helper.ts";
import { simulate } from "./simulate.ts";
import { trustRelation } from "./trust-relation.ts";

const MASTER = "arn:aws:iam::123456789012:role/master";
const TARGET = "arn:aws:iam::123456789013:role/target";
const context: TrustContext = {
  accounts: ["123456789012", "123456789013"],
  organization: "o-a1b2c3d4e5",
  masterRoleArn: MASTER,
};
const OTHERS = "o-z9y8x7w6v5";
const canAssume = { Effect: "Allow", Action: "sts:*", Resource: "*" };
const master = role("master", trust({ Service: "ec2.amazonaws.com" }), { identity: canAssume });
const deny = (principal: unknown, condition?: unknown, action?: unknown): object => ({
  ...trust(principal, condition, action),
  Effect: "Deny",
});
const inOrganization = (id: string): object => ({ StringEquals: { "aws:PrincipalOrgID": id } });
const outsideOrganization = (id: string): object => ({ StringNotEquals: { "aws:PrincipalOrgID": id } });
const byArn = (arn: string): object => ({ ArnLike: { "aws:PrincipalArn": arn } });

/** Who can assume the target: kind and name, with a question mark where that is uncertain. */
function into(trusting: unknown, changes: TrustContext = {}): string[] {
  const target = role("target", trusting, { account: "123456789013" });
  const edges = trustRelation([master, target], { ...context, ...changes });
  return edges
    .filter(({ to }) => to === target.arn)
    .map(({ from, decision }) => `${from.kind} ${from.name}${decision === "uncertain" ? "?" : ""}`);
}

it("gives each of two roles that are trusted alike the external ID of its own policy", () => {
  const targets = ["one", "two"].map((name) => {
    const condition = { StringEquals: { "sts:ExternalId": `id-of-${name}` } };
    return role(name, trust({ AWS: "999999999999" }, condition), { account: "123456789013" });
  });
  const edges = trustRelation(targets, context);
  expect(edges.map(({ from, to, constraints }) => [from.name, to, constraints.map(({ values }) => values)])).toEqual([
    ["999999999999", "arn:aws:iam::123456789013:role/one", [["id-of-one"]]],
    ["999999999999", "arn:aws:iam::123456789013:role/two", [["id-of-two"]]],
  ]);
});

it("does not blame identity policies that can be in a managed policy for what the trust policy denies", () => {
  const outside = { ...master, identityPolicies: [], managedPolicyArns: ["arn:aws:iam::123456789012:policy/own"] };
  const caller = findCaller(MASTER, [outside], context);
  const target = role("target", trust({ AWS: "999999999999" }), { account: "123456789013" });
  const { answer } = caller ? simulate(caller, target, {}, context) : {};
  expect(answer?.reasons.map(({ policy, effect }) => `${policy} ${effect}`)).toEqual(["trust policy denied"]);
});

it("gives no edge into a role whose document AWS rejects as a whole", () => {
  const target = role("target", trust("*"));
  const document = { ...target.trustPolicy, Comment: "AWS has no such element" };
  expect(trustRelation([{ ...target, trustPolicy: document }], context)).toEqual([]);
});

describe("nobody can assume a role", () => {
  it.each<[string, unknown]>([
    ["that trusts nobody", []],
    [
      "whose Deny takes back what an account was allowed",
      [trust({ AWS: "999999999999" }), deny("*", undefined, "sts:*")],
    ],
    ["whose Deny names the account", [trust({ AWS: "999999999999" }), deny({ AWS: "arn:aws:iam::999999999999:root" })]],
    ["that allows session tags only", trust({ AWS: "999999999999" }, undefined, "sts:TagSession")],
    ["that allows a source identity only", trust("*", undefined, ["sts:SetSourceIdentity", "sts:TagSession"])],
    ["whose elements are spelled in lower case", { effect: "allow", principal: "*", action: "sts:AssumeRole" }],
    ["whose Effect is none that AWS has", { ...trust({ AWS: "999999999999" }), Effect: "allow" }],
    ["whose action is not one of its principal", trust({ Federated: "arn:aws:iam::123456789013:oidc-provider/x.com" })],
    ["whose condition nobody can meet", trust({ AWS: "999999999999" }, { Null: { "sts:RoleSessionName": "true" } })],
    ["that trusts another partition", trust({ AWS: "arn:aws-cn:iam::999999999999:root" })],
    ["that trusts the root user's opposite, a group", trust({ AWS: "arn:aws:iam::999999999999:group/g" })],
    [
      "whose conditions contradict each other",
      trust("*", {
        StringEquals: { "aws:PrincipalAccount": "999999999999" },
        StringNotEquals: { "aws:PrincipalAccount": "999999999999" },
      }),
    ],
  ])("%s", (_, trusting) => {
    expect(into(trusting)).toEqual([]);
  });
});

describe("sums callers up", () => {
  it.each<[string, unknown, string[]]>([
    ["as anyone", trust("*"), ["anyone *", `role ${MASTER}`, `role ${TARGET}`]],
    [
      "as anyone, who can learn an external ID",
      trust({ AWS: "*" }, { StringEquals: { "sts:ExternalId": "x" } }),
      ["anyone *", `role ${MASTER}`, `role ${TARGET}`],
    ],
    ["as an organization that a condition names", trust("*", inOrganization(OTHERS)), [`organization ${OTHERS}`]],
    [
      "as the organization that a Deny leaves",
      [trust("*"), deny("*", outsideOrganization("o-a1b2c3d4e5"))],
      ["organization o-a1b2c3d4e5", `role ${MASTER}`, `role ${TARGET}`],
    ],
    [
      "as an account that a Deny leaves",
      [trust("*"), deny("*", { StringNotEquals: { "aws:PrincipalAccount": "999999999999" } })],
      ["account 999999999999"],
    ],
    ["as an account", trust({ AWS: "arn:aws:iam::999999999999:root" }), ["account 999999999999"]],
    [
      "as an account, and not its role besides",
      trust({ AWS: ["999999999999", "arn:aws:iam::999999999999:role/x"] }),
      ["account 999999999999"],
    ],
    [
      "as a role of another account",
      trust({ AWS: "arn:aws:iam::999999999999:role/x" }),
      ["principal arn:aws:iam::999999999999:role/x"],
    ],
    [
      "as the roles that a pattern names",
      trust({ AWS: "999999999999" }, byArn("arn:aws:iam::999999999999:role/ci-*")),
      ["principal arn:aws:iam::999999999999:role/ci-*"],
    ],
    ["as roles of the set", trust({ AWS: "123456789012" }, byArn(MASTER)), [`role ${MASTER}`]],
    ["as our own account and a role in it", trust({ AWS: "123456789012" }), ["account 123456789012", `role ${MASTER}`]],
    ["as a service", trust({ Service: "lambda.amazonaws.com" }), ["service lambda.amazonaws.com"]],
    [
      "as an identity provider",
      trust({ Federated: "arn:aws:iam::123456789013:oidc-provider/x.com" }, undefined, "sts:AssumeRoleWithWebIdentity"),
      ["federated arn:aws:iam::123456789013:oidc-provider/x.com"],
    ],
    ["as anyone who has a token", trust("*", undefined, "sts:AssumeRoleWithWebIdentity"), ["anyone *"]],
    [
      "as the provider whose claim a statement for everyone demands",
      trust("*", { StringEquals: { "x.com:sub": "a" } }, "sts:AssumeRoleWithWebIdentity"),
      ["federated x.com"],
    ],
    [
      "as nobody, where a role needs another's claim or a service's source",
      [
        trust({ AWS: MASTER }, { StringEquals: { "x.com:sub": "a" } }),
        trust({ Service: "lambda.amazonaws.com" }, { StringEquals: { "x.com:sub": "a" } }),
        trust({ AWS: MASTER }, { StringEquals: { "aws:SourceAccount": "123456789012" } }),
        trust({ AWS: MASTER }, { StringEquals: { "sts:RoleSessionName": "${aws:username}" } }),
      ],
      [],
    ],
    [
      "as everyone, where that is uncertain",
      { Effect: "Allow", NotPrincipal: { AWS: "123456789012" }, Action: "sts:AssumeRole" },
      ["anyone *?", `role ${MASTER}?`, `role ${TARGET}?`],
    ],
  ])("%s", (_, trusting, grantees) => {
    expect(into(trusting).toSorted()).toEqual(grantees.toSorted());
  });
});

it("sums up our own accounts as the organization that they must be in, where ours is unknown", () => {
  const { organization: _, ...unknown } = context;
  const target = role("target", trust("*", inOrganization(OTHERS)), { account: "123456789013" });
  const from = trustRelation([target], unknown).map((edge) => `${edge.from.kind} ${edge.from.name}`);
  expect(from).toEqual([`organization ${OTHERS}`]);
  const named = role("target", trust({ AWS: "999999999999" }, inOrganization(OTHERS)));
  expect(trustRelation([named], unknown).map((edge) => edge.from.name)).toEqual(["999999999999"]);
});

it("leaves out a role of the set that its own policies keep from a role that names it", () => {
  const powerless = role("powerless", trust({ Service: "ec2.amazonaws.com" }));
  const target = role("target", trust({ AWS: powerless.arn }), { account: "123456789013" });
  const edges = trustRelation([powerless, target], context).filter(({ to }) => to === target.arn);
  expect(edges).toEqual([]);
  const sameAccount = role("target", trust({ AWS: powerless.arn }));
  expect(trustRelation([powerless, sameAccount], context)).toContainEqual(
    expect.objectContaining({ from: { kind: "role", name: powerless.arn }, to: sameAccount.arn }),
  );
});

it("draws what a value unknown offline can allow as uncertain", () => {
  const target = role("target", trust({ AWS: "${Partner}" }), { account: "123456789013" });
  const unknowns = [{ path: "trustPolicy.Statement[0].Principal.AWS", expression: "x", assumed: "x" }];
  expect(trustRelation([{ ...target, unknowns }], context)).toContainEqual(
    expect.objectContaining({ from: { kind: "anyone", name: "*" }, decision: "uncertain" }),
  );
});

it("gives the conditions of the statements that allow it", () => {
  const withId = { StringEquals: { "sts:ExternalId": "x" }, Bool: { "aws:SecureTransport": "true" } };
  const target = role("target", [trust({ AWS: "999999999999" }, withId), trust({ AWS: "123456789012" })]);
  const edge = trustRelation([target], context).find(({ from }) => from.name === "999999999999");
  expect(edge?.constraints.map(({ name, values }) => [name, ...values])).toEqual([
    ["sts:ExternalId", "x"],
    ["aws:SecureTransport", "true"],
  ]);
});

it("agrees with the decision about one call", () => {
  const stranger = findCaller("arn:aws:iam::999999999999:role/x", [], context);
  for (const trusting of [
    [trust({ AWS: "999999999999" }), deny("*", undefined, "sts:*")],
    [trust("*"), deny("*", outsideOrganization("o-a1b2c3d4e5"))],
    [trust({ AWS: "999999999999" }, undefined, "sts:TagSession")],
  ]) {
    const target = role("target", trusting, { account: "123456789013" });
    expect(stranger && simulate(stranger, target, {}, context).answer.decision).toBe("denied");
    expect(into(trusting)).not.toContain("anyone *");
    expect(into(trusting)).not.toContain("account 999999999999");
  }
});
