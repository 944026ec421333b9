import { describe, expect, it } from "vitest";
import { evaluateAssumeRole } from "../assume-role/evaluate-assume-role.ts";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import type { Expectation } from "./expectation.ts";
import { proveExpectations } from "./prove-expectations.ts";
import { role, trust } from "./roles.test-helper.ts";

const MASTER = "arn:aws:iam::123456789012:role/master";
const TARGET = "arn:aws:iam::123456789013:role/target";
const ORG = "o-a1b2c3d4e5";
const context: TrustContext = {
  accounts: ["123456789012", "123456789013"],
  organization: ORG,
  masterRoleArn: MASTER,
};
const mayAssume = { Effect: "Allow", Action: "sts:*", Resource: "*" };
const master = role("master", trust({ Service: "ec2.amazonaws.com" }), { identity: mayAssume });
const byMaster = { ArnEquals: { "aws:PrincipalArn": MASTER } };
const withId = { StringEquals: { "sts:ExternalId": "partner-7d1" } };

function target(...trusting: readonly unknown[]): TrustRole {
  return role("target", trusting, { account: "123456789013" });
}

/** What is decided about the target's trust; the counter-example, if there is one, must be one for the evaluator, too. */
function prove(expectation: Partial<Expectation>, trusting: readonly unknown[], changes: TrustContext = {}): string {
  const whole: Expectation = { from: "*", to: TARGET, decision: "denied", ...expectation };
  const [result] = proveExpectations([whole], [master, target(...trusting)], { ...context, ...changes });
  if (!result) throw new Error("no result");
  expect(result.holds).toBe(result.finding === undefined);
  const { counterExample } = result;
  if (!counterExample) return result.holds ? "holds" : (result.finding?.message ?? "");
  expect(evaluateAssumeRole(counterExample.question).decision).toBe(counterExample.answer.decision);
  return `${counterExample.caller}: ${counterExample.answer.decision}`;
}

const account = { AWS: "123456789012" };

describe("proves", () => {
  it.each<[string, Partial<Expectation>, unknown[]]>([
    ["that nobody outside the organization gets in", { from: "outside-organization" }, [trust(account)]],
    [
      "that the organization's ID keeps strangers out",
      { from: "outside-organization" },
      [trust("*", { StringEquals: { "aws:PrincipalOrgID": ORG } })],
    ],
    ["that nobody outside one's accounts gets in", { from: "outside-accounts" }, [trust(account)]],
    ["that the master gets in", { from: MASTER, decision: "allowed" }, [trust(account, byMaster)]],
    [
      "that the master gets in with the external ID",
      { from: MASTER, decision: "allowed", with: { externalId: "partner-7d1" } },
      [trust(account, withId)],
    ],
    [
      "that the master does not without it",
      { from: MASTER, decision: "denied", with: { externalId: "wrong" } },
      [trust(account, withId)],
    ],
    [
      "that session tags are let through",
      { from: MASTER, decision: "allowed", with: { tags: { team: "a" } } },
      [trust(account, byMaster, ["sts:AssumeRole", "sts:TagSession"])],
    ],
    [
      "that session tags are not",
      { from: MASTER, decision: "denied", with: { tags: { team: "a" } } },
      [trust(account, byMaster)],
    ],
    [
      "that a source identity is not",
      { from: MASTER, decision: "denied", with: { sourceIdentity: "alice" } },
      [trust(account, byMaster)],
    ],
    ["that no other role of a name gets in", { from: "arn:aws:iam::*:role/other" }, [trust(account, byMaster)]],
    [
      "that a Deny holds against whoever asks",
      { from: "outside-accounts" },
      [
        trust("*"),
        {
          ...trust("*", { StringNotEquals: { "aws:PrincipalAccount": ["123456789012", "123456789013"] } }),
          Effect: "Deny",
        },
      ],
    ],
    ["that no service gets in", { from: "*.amazonaws.com" }, [trust(account)]],
  ])("%s", (_, expectation, trusting) => {
    expect(prove(expectation, trusting)).toBe("holds");
  });
});

describe("gives the call that breaks it", () => {
  const STRANGER = "a stranger's role, account 999999999999";
  it.each<[string, Partial<Expectation>, unknown[], string]>([
    ["everybody", { from: "outside-organization" }, [trust("*")], `${STRANGER}: allowed`],
    [
      "everybody, in the second statement",
      { from: "outside-organization" },
      [trust(account), trust({ AWS: "*" })],
      `${STRANGER}: allowed`,
    ],
    ["whoever has the external ID", { from: "outside-accounts" }, [trust("*", withId)], `${STRANGER}: allowed`],
    [
      "whoever fits a pattern",
      { from: "outside-accounts" },
      [trust("*", { StringLike: { "sts:ExternalId": "partner-*" } })],
      `${STRANGER}: allowed`,
    ],
    [
      "an absent key under a negated operator",
      { from: "outside-accounts" },
      [trust("*", { StringNotEquals: { "sts:ExternalId": "x" } })],
      `${STRANGER}: allowed`,
    ],
    [
      "a key that must be there, with a value that is not the excluded one",
      { from: "outside-accounts" },
      [trust("*", { StringNotEquals: { "sts:ExternalId": "x" }, Null: { "sts:ExternalId": "false" } })],
      `${STRANGER}: allowed`,
    ],
    [
      "a tag that a variable asks for",
      { from: "outside-accounts" },
      [trust("*", { StringEquals: { "sts:ExternalId": "${aws:PrincipalTag/Tenant}" } })],
      `${STRANGER}: allowed`,
    ],
    [
      "a session tag whose key has capitals",
      { from: MASTER },
      [
        trust(
          account,
          {
            StringEquals: { "aws:RequestTag/Project": "p" },
            "ForAllValues:StringEquals": { "aws:TagKeys": ["Project"] },
            Null: { "aws:TagKeys": "false" },
          },
          ["sts:AssumeRole", "sts:TagSession"],
        ),
      ],
      `${MASTER}: allowed`,
    ],
    [
      "statements that only together let the call pass",
      { from: MASTER },
      [
        trust(account, { ...withId, Null: { "aws:RequestTag/team": "false" } }),
        trust(account, { StringEquals: { "aws:RequestTag/team": ["a", "b"] } }, "sts:TagSession"),
        trust(account, { StringLike: { "sts:SourceIdentity": "alice-*" } }, "sts:SetSourceIdentity"),
      ],
      `${MASTER}: allowed`,
    ],
    [
      "a value between the pattern of an Allow and that of a Deny",
      { from: MASTER },
      [
        trust(account, { StringLike: { "sts:RoleSessionName": "ci-*" } }),
        { ...trust(account, { StringNotLike: { "sts:RoleSessionName": "*-deploy" } }), Effect: "Deny" },
      ],
      `${MASTER}: allowed`,
    ],
    [
      "a role between the pattern of an Allow and that of a Deny",
      { from: "outside-accounts" },
      [
        trust("*", { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::999999999999:role/ci-*" } }),
        { ...trust("*", { ArnNotLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/*-deploy" } }), Effect: "Deny" },
      ],
      "arn:aws:iam::999999999999:role/ci-x-deploy: allowed",
    ],
    [
      "a role of that name in any account",
      { from: "outside-accounts" },
      [trust("*", { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::*:role/master" } })],
      "arn:aws:iam::999999999999:role/master: allowed",
    ],
    [
      "a tag that strangers give themselves",
      { from: "outside-accounts" },
      [trust("*", { StringEquals: { "aws:PrincipalTag/team": "agents" } })],
      `${STRANGER}: allowed`,
    ],
    [
      "another organization",
      { from: "outside-organization" },
      [trust("*", { StringEquals: { "aws:PrincipalOrgID": [ORG, "o-z9y8x7w6v5"] } })],
      `${STRANGER} in o-z9y8x7w6v5: allowed`,
    ],
    [
      "a partner's account",
      { from: "outside-organization" },
      [trust({ AWS: "111122223333" }, withId)],
      "an unnamed role, account 111122223333: allowed",
    ],
    [
      "a partner's user",
      { from: "outside-organization" },
      [trust({ AWS: "arn:aws:iam::111122223333:user/u" })],
      "arn:aws:iam::111122223333:user/u: allowed",
    ],
    [
      "a token of an identity provider",
      { from: "outside-organization" },
      [
        trust(
          { Federated: "arn:aws:iam::123456789013:oidc-provider/example.com" },
          { StringEquals: { "example.com:sub": "a" } },
          "sts:AssumeRoleWithWebIdentity",
        ),
      ],
      "arn:aws:iam::123456789013:oidc-provider/example.com: allowed",
    ],
    [
      "a token where everyone is named",
      { from: "outside-accounts" },
      [trust("*", undefined, "sts:AssumeRoleWithWebIdentity")],
      "a stranger's token: allowed",
    ],
    [
      "a user's own name as session name",
      { from: "outside-accounts" },
      [trust("*", { StringEquals: { "sts:RoleSessionName": "${aws:username}" } })],
      "a stranger's user, account 999999999999: allowed",
    ],
    [
      "an address that fits",
      { from: "outside-accounts" },
      [trust("*", { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } })],
      `${STRANGER}: allowed`,
    ],
    [
      "a request tag that fits",
      { from: "outside-accounts" },
      [trust("*", { StringEquals: { "aws:RequestTag/team": "a" } }, ["sts:AssumeRole", "sts:TagSession"])],
      `${STRANGER}: allowed`,
    ],
    [
      "a way past a Deny",
      { from: "outside-accounts" },
      [trust("*"), { ...trust("*", { Null: { "sts:ExternalId": "true" } }), Effect: "Deny" }],
      `${STRANGER}: allowed`,
    ],
    [
      "a service",
      { from: "*.amazonaws.com" },
      [trust({ Service: "lambda.amazonaws.com" })],
      "lambda.amazonaws.com: allowed",
    ],
    [
      "another role of the account",
      { from: "arn:aws:iam::123456789012:role/*" },
      [trust(account, { ArnNotEquals: { "aws:PrincipalArn": MASTER } })],
      "arn:aws:iam::123456789012:role/x in o-a1b2c3d4e5: allowed",
    ],
    [
      "one session of a role of the set",
      { from: "*" },
      [trust({ AWS: "arn:aws:sts::123456789012:assumed-role/master/s1" })],
      `${MASTER}: allowed`,
    ],
    [
      "a master that the trust does not name",
      { from: MASTER, decision: "allowed" },
      [trust({ AWS: "111122223333" })],
      `${MASTER}: denied`,
    ],
    [
      "a master without the external ID",
      { from: MASTER, decision: "allowed" },
      [trust(account, withId)],
      `${MASTER}: denied`,
    ],
    [
      "what cannot be decided",
      { from: MASTER, decision: "allowed" },
      [trust(account, { IpAddress: { "aws:SourceIp": "203.0.113.0/24" } })],
      `${MASTER}: uncertain`,
    ],
  ])("%s", (_, expectation, trusting, counterExample) => {
    expect(prove(expectation, trusting)).toBe(counterExample);
  });
});

it("asks every role that a pattern names", () => {
  const second = role("second", trust("*"), { account: "123456789013" });
  const [result] = proveExpectations(
    [{ from: "outside-accounts", to: "arn:aws:iam::123456789013:role/*", decision: "denied" }],
    [master, target(trust(account)), second],
    context,
  );
  expect(result?.finding).toMatchObject({ id: "expectation", severity: "critical", role: second.arn, statement: 0 });
});

it("does not take an expectation about nobody for proven", () => {
  expect(prove({ to: "arn:aws:iam::123456789013:role/tarket" }, [trust(account)])).toContain("no role matches");
  expect(prove({ from: "arn:aws:iam::123456789012:group/x" }, [trust(account)])).toContain("no caller matches");
});

it("counts outside the organization as outside of one's accounts where no organization is known", () => {
  const { organization: _, ...without } = context;
  const expectation: Expectation = { from: "outside-organization", to: TARGET, decision: "denied" };
  const holds = (trusting: unknown): boolean | undefined =>
    proveExpectations([expectation], [master, target(trusting)], without)[0]?.holds;
  expect(holds(trust(account))).toBe(true);
  expect(holds(trust("*"))).toBe(false);
});

function breaks(roles: readonly TrustRole[]): unknown {
  const expectation: Expectation = { from: "outside-accounts", to: TARGET, decision: "denied" };
  return proveExpectations([expectation], roles, context)[0]?.counterExample?.answer.decision;
}

it("does not prove what a value unknown offline may break", () => {
  const imported = target(trust({ AWS: ["${Import}", "123456789012"] }));
  const unknowns = [{ path: "trustPolicy.Statement[0].Principal.AWS[0]", expression: "x", assumed: "x" }];
  expect(breaks([master, { ...imported, unknowns }])).toBe("uncertain");
  const inCondition = target(trust(account, { StringEquals: { "sts:ExternalId": "${Id}" } }));
  expect(breaks([master, { ...inCondition, unknowns }])).toBeUndefined();
});

it("does not prove what a tag of the role that is unknown offline may break", () => {
  const unknowns = [{ path: "tags[0].Value", expression: "x", assumed: "x" }];
  const tagged = (...trusting: readonly unknown[]): unknown =>
    breaks([master, { ...target(...trusting), tags: { env: "${Env}" }, unknowns }]);
  const isDev = { StringEquals: { "aws:ResourceTag/env": "dev" } };
  const ownTag = { StringEquals: { "aws:PrincipalAccount": "${iam:ResourceTag/env}" } };
  expect(tagged(trust("*", isDev))).toBe("uncertain");
  expect(tagged(trust("*", ownTag))).toBe("uncertain");
  expect(
    tagged(trust("*"), { ...trust("*", { StringNotEquals: { "aws:ResourceTag/env": "dev" } }), Effect: "Deny" }),
  ).toBe("uncertain");
  expect(tagged(trust(account, isDev))).toBeUndefined();
  expect(tagged(trust("*", { ...isDev, StringLike: { "aws:PrincipalAccount": "123456789012" } }))).toBeUndefined();
  expect(breaks([master, { ...target(trust("*", isDev)), tags: { env: "prod" } }])).toBeUndefined();
});

it("does not prove what a role whose name is unknown offline can break", () => {
  const TARGETS = "arn:aws:iam::123456789013:role/ta*";
  const withUnnamed = (trusting: unknown, changes: Partial<Expectation> = {}) => {
    const unnamed = role("${Reader}", trusting, { account: "123456789013" });
    const expectation: Expectation = { from: "outside-accounts", to: TARGETS, decision: "denied", ...changes };
    return proveExpectations([expectation], [master, unnamed, target(trust(account))], context)[0];
  };
  const broken = withUnnamed(trust("*"));
  expect(broken?.counterExample?.answer.decision).toBe("uncertain");
  expect(broken?.finding).toMatchObject({ role: "arn:aws:iam::123456789013:role/${Reader}" });
  expect(broken?.finding?.message).toContain(`can match ${TARGETS}`);
  expect(withUnnamed(trust(account))?.holds).toBe(true);
  expect(withUnnamed(trust("*"), { to: "arn:aws:iam::123456789013:role/*get" })?.holds).toBe(false);
  expect(withUnnamed(trust("*"), { from: MASTER, decision: "allowed" })?.holds).toBe(true);
});

it("reports a failed expectation with the severity that was set", () => {
  const severities = { expectation: "medium" } as const;
  const expectation: Expectation = { from: "*", to: TARGET, decision: "denied" };
  expect(proveExpectations([expectation], [target(trust("*"))], { severities })[0]?.finding?.severity).toBe("medium");
});

/** A target that undecided conditions make one of these. */
function inVariants(...variants: readonly (readonly unknown[])[]): TrustRole {
  const each = variants.map((trusting) => {
    const { trustPolicy, identityPolicies, managedPolicyArns } = target(...trusting);
    return { trustPolicy, identityPolicies, managedPolicyArns };
  });
  return { ...target(...variants.flat()), variants: each };
}

describe("a role that undecided conditions shape", () => {
  const open = trust(account);
  const shut = trust({ AWS: "210987654321" });
  const allowed: Expectation = { from: MASTER, to: TARGET, decision: "allowed" };

  it.each([
    ["does not hold when only some of its ways allow the call", [[open], [shut]], false],
    ["holds when each of them does", [[open], [open, shut]], true],
  ])("%s", (_, variants, holds) => {
    const [result] = proveExpectations([allowed], [master, inVariants(...variants)], context);
    expect(result?.holds).toBe(holds);
  });
});
