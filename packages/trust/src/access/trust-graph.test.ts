import { expect, it } from "vitest";
import type { TrustContext } from "../trust-model.ts";
import { role, trust } from "./roles.test-helper.ts";
import { trustGraph } from "./trust-graph.ts";

const MASTER = "arn:aws:iam::123456789012:role/master";
const context: TrustContext = {
  masterRoleArn: MASTER,
  accounts: ["123456789012", "123456789013"],
  organization: "o-a1b2c3d4e5",
  expectedRoles: [{ variable: "AWS_ROLE_1", profile: "First", roleArn: "arn:aws:iam::123456789013:role/target" }],
};
const canAssume = { Effect: "Allow", Action: "sts:AssumeRole", Resource: "*" };
const ec2 = trust({ Service: "ec2.amazonaws.com" });
const master = role("master", [], { identity: canAssume });
const byMaster = trust({ AWS: "123456789012" }, { ArnEquals: { "aws:PrincipalArn": MASTER } });
const inTarget = { account: "123456789013" };

it("knows master, targets by profile, and other roles", () => {
  const { nodes } = trustGraph([master, role("target", [], inTarget), role("other", [])], context);
  expect(nodes.map(({ kind, label, detail }) => [kind, label, detail])).toEqual([
    ["master", "master", "master role"],
    ["target", "target", "First"],
    ["role", "other", undefined],
  ]);
});

it("draws the master's way to a role that trusts its account with a condition on its ARN", () => {
  const target = role("target", byMaster, inTarget);
  expect(trustGraph([master, target], context).edges).toEqual([
    { from: MASTER, to: target.arn, kind: "assume", label: "" },
  ]);
  expect(trustGraph([role("master", []), target], context).edges).toEqual([]);
});

it("draws outsiders, and roles that assume others past the master", () => {
  const partner = trust({ AWS: "999999999999" }, { StringEquals: { "sts:ExternalId": "x" } });
  const other = role("other", ec2);
  const target = role("target", [partner, trust({ AWS: other.arn })]);
  const { nodes, edges } = trustGraph([target, other], context);
  expect(nodes.find(({ id }) => id === "account 999999999999")).toMatchObject({
    outside: true,
    label: "account 999999999999",
  });
  expect(edges).toEqual([
    { from: "account 999999999999", to: target.arn, kind: "outside", label: "external ID" },
    { from: other.arn, to: target.arn, kind: "escalation", label: "" },
    { from: "ec2.amazonaws.com", to: other.arn, kind: "outside", label: "" },
  ]);
});

function labelFor(condition: object): string | undefined {
  return trustGraph([role("target", trust({ AWS: "999999999999" }, condition))], context).edges[0]?.label;
}

it("labels edges with their conditions and with what is uncertain", () => {
  expect(labelFor({ Bool: { "aws:MultiFactorAuthPresent": "true" } })).toBe("MFA");
  expect(labelFor({ StringEquals: { "aws:PrincipalTag/team": ["a", "b", "c"] } })).toBe("team: 3 values");
  expect(labelFor({ StringLike: { "aws:PrincipalOrgID": "o-z9y8x7w6v5", "sts:ExternalId": "a*" } })).toBe(
    "org o-z9y8x7w6v5 · external ID",
  );
  expect(labelFor({ StringEquals: { "aws:PrincipalType": "${Type}" } })).toBeUndefined();
});

it("draws one edge from anyone in the world or in an organization, and none from each role in it", () => {
  const deny = { ...trust("*", { StringNotEquals: { "aws:PrincipalOrgID": "o-z9y8x7w6v5" } }), Effect: "Deny" };
  const roles = [
    master,
    role("a", ec2, { identity: canAssume }),
    role("open", trust("*")),
    role("closed", [trust("*"), deny]),
  ];
  const into = (name: string): string[] => {
    const { nodes, edges } = trustGraph(roles, context);
    const from = new Set(edges.filter(({ to }) => to.endsWith(name)).map((edge) => edge.from));
    return nodes.filter(({ id }) => from.has(id)).map(({ label }) => label);
  };
  expect(into("open")).toEqual(["master", "anyone in the world"]);
  expect(into("closed")).toEqual(["anyone in organization o-z9y8x7w6v5"]);
});

it("draws no edge from a provider whose tokens lack the claims", () => {
  const [gitlab, other] = ["gitlab.com", "example.com"].map(
    (name) => `arn:aws:iam::123456789013:oidc-provider/${name}`,
  );
  const either = { Federated: [gitlab, other] };
  const target = role(
    "target",
    trust(either, { StringEquals: { "gitlab.com:sub": "x" } }, "sts:AssumeRoleWithWebIdentity"),
  );
  expect(trustGraph([target], context).edges.map(({ from }) => from)).toEqual([gitlab]);
});

it("draws an account that is unknown offline like one that is known", () => {
  const unknown = "${AWS.AccountId}";
  const root = { AWS: `arn:aws:iam::${unknown}:root` };
  const provider = { Federated: `arn:aws:iam::${unknown}:oidc-provider/example.com` };
  const own = role("a", [trust(root), trust(provider, undefined, "sts:AssumeRoleWithWebIdentity")], {
    account: unknown,
  });
  const { nodes } = trustGraph([own], {});
  expect(nodes.slice(1).map(({ label, outside }) => [label, outside])).toEqual([
    [`account ${unknown}`, false],
    ["oidc-provider/example.com", true],
  ]);
});
