import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { ManifestError } from "./manifest-error.ts";
import type { Manifest } from "./manifest.ts";
import { parseManifest } from "./parse-manifest.ts";
import { deployRoleArn, manifestEnv } from "./target-roles.ts";

const HEAD = `master:
  account: "123456789012"
  roleName: agent-master
  trustedBy: [{ principal: "arn:aws:iam::123456789012:role/host" }]
accounts:
  - { alias: dev, id: "123456789013", environment: development, region: eu-central-1 }
  - { alias: prod, id: "123456789014", environment: production, deployRoleName: Deployer }
`;

function parse(text: string): Manifest {
  return parseManifest(`${HEAD}${text}`, "agent-roles.yaml");
}

function mistakes(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof ManifestError) return error.message.split("\n");
    throw error;
  }
  return [];
}

it("makes a role in every account, with the account's fields and placeholders", () => {
  const { roles } = parse(`roles:
  - profile: "{alias}-read"
    accounts: all
    roleName: agent-read
    permissionsBoundary: arn:aws:iam::{account}:policy/Boundary
    description: "{environment} of {account}"
    tags: { stage: "{alias}" }
`);
  expect(roles).toEqual([
    {
      profile: "dev-read",
      account: "123456789013",
      roleName: "agent-read",
      permissionsBoundary: "arn:aws:iam::123456789013:policy/Boundary",
      description: "development of 123456789013",
      environment: "development",
      region: "eu-central-1",
      tags: { stage: "dev" },
    },
    {
      profile: "prod-read",
      account: "123456789014",
      roleName: "agent-read",
      permissionsBoundary: "arn:aws:iam::123456789014:policy/Boundary",
      description: "production of 123456789014",
      environment: "production",
      tags: { stage: "prod" },
    },
  ]);
});

it("takes aliases and ids side by side, and keeps the order of the list", () => {
  const { roles } = parse('roles: [{ profile: "{alias}", accounts: [prod, "123456789099", dev], roleName: R }]\n');
  expect(roles.map(({ profile, account }) => `${profile} ${account}`)).toEqual([
    "prod 123456789014",
    "123456789099 123456789099",
    "dev 123456789013",
  ]);
});

it("takes an alias as the one account of a role", () => {
  expect(parse("roles: [{ profile: P, account: prod, roleName: R }]\n").roles).toMatchObject([
    { account: "123456789014", environment: "production" },
  ]);
});

it("prefers the role's own fields to the account's, and these to the defaults; tags are merged", () => {
  const { roles } = parse(`defaults:
  region: us-east-1
  environment: test
  managedPolicies: [arn:aws:iam::aws:policy/ReadOnlyAccess]
  tags: { owner: platform, tier: "1" }
roles:
  - { profile: A, account: dev, roleName: A, environment: mine, tags: { tier: "2" } }
  - { profile: B, account: prod, roleName: B, managedPolicies: [arn:aws:iam::aws:policy/SecurityAudit] }
`);
  expect(roles).toMatchObject([
    { region: "eu-central-1", environment: "mine", tags: { owner: "platform", tier: "2" } },
    { region: "us-east-1", environment: "production", managedPolicies: ["arn:aws:iam::aws:policy/SecurityAudit"] },
  ]);
});

it("leaves braces alone in a role of one account that is named by its id", () => {
  const { roles } = parse('roles: [{ profile: P, account: "123456789013", roleName: R, description: "a {region}" }]\n');
  expect(roles[0]?.description).toBe("a {region}");
});

it("deploys an account through its own deploy role", () => {
  const manifest = parse('roles: [{ profile: "{alias}", accounts: all, roleName: R }]\n');
  expect(["123456789013", "123456789014"].map((account) => deployRoleArn(manifest, account))).toEqual([
    "arn:aws:iam::123456789013:role/OrganizationAccountAccessRole",
    "arn:aws:iam::123456789014:role/Deployer",
  ]);
});

it("declares 1,200 roles in 300 accounts in fewer than 700 lines", () => {
  const accounts = Array.from({ length: 300 }, (_, index) => ({
    alias: `a${index}`,
    id: String(200_000_000_000 + index),
  }));
  const roles = ["read", "operate", "deploy", "audit"].map((name) => ({
    profile: `{alias}-${name}`,
    accounts: "all",
    roleName: `agent-${name}`,
  }));
  const master = { account: "123456789012", roleName: "m", trustedBy: [{ service: "ec2" }] };
  const text = stringify({
    master,
    accounts,
    defaults: { managedPolicies: ["arn:aws:iam::aws:policy/ReadOnlyAccess"] },
    roles,
  });
  expect(text.split("\n").length).toBeLessThan(700);
  const manifest = parseManifest(text, "agent-roles.yaml");
  expect(Object.keys(manifestEnv(manifest))).toHaveLength(1200);
});

describe("reports where it is written, once,", () => {
  it.each([
    [
      "an alias that does not exist",
      "roles: [{ profile: P, accounts: [dve], roleName: R }]\n",
      ['8:34: roles[0].accounts[0]: "dve" is not an alias in accounts; did you mean "dev"?'],
    ],
    [
      "an alias that does not exist, as account",
      "roles: [{ profile: P, account: staging, roleName: R }]\n",
      ['8:32: roles[0].account: "staging" is not an alias in accounts; use one of dev, prod'],
    ],
    [
      "a profile without a placeholder in two accounts",
      "roles: [{ profile: P, accounts: all, roleName: R }]\n",
      ['8:20: roles[0].profile: "P" is already taken by roles[0]; write a name with {alias}, such as {alias}-read'],
    ],
    [
      "account and accounts",
      'roles: [{ profile: "{alias}", account: dev, accounts: all, roleName: R }]\n',
      ["8:45: roles[0].accounts: account and accounts are both set; keep one of them"],
    ],
    [
      "a mistake in the defaults",
      'defaults: { region: eu-cental-1 }\nroles: [{ profile: "{alias}", accounts: ["123456789098", "123456789099"], roleName: R }]\n',
      ['8:21: defaults.region: "eu-cental-1" is not a Region; did you mean "eu-central-1"?'],
    ],
    [
      "a default that each role must set",
      "defaults: { profile: x }\nroles: [{ profile: P, account: dev, roleName: R }]\n",
      ['8:13: defaults.profile: "profile" cannot be a default; set it in each role'],
    ],
    [
      "a misspelt default",
      "defaults: { regoin: eu-central-1 }\nroles: [{ profile: P, account: dev, roleName: R }]\n",
      ['8:13: defaults.regoin: "regoin" cannot be a default; did you mean "region"?'],
    ],
    [
      "neither account nor accounts",
      "roles: [{ profile: P, roleName: R }]\n",
      ["8:9: roles[0].account: is missing; write the twelve digits in quotes"],
    ],
    [
      "accounts that are neither all nor a list",
      "roles: [{ profile: P, accounts: every, roleName: R }]\n",
      ["8:33: roles[0].accounts: is not a list of accounts; write all, or list aliases or IDs"],
    ],
  ])("%s", (_, text, expected) => {
    expect(mistakes(text)).toEqual(expected.map((line) => `agent-roles.yaml:${line}`));
  });

  it("an account listed twice, and a wrong Region of an account", () => {
    const text = HEAD.replace("eu-central-1", "eu-central-x").replace("prod,", "dev,");
    const parsed = (): Manifest =>
      parseManifest(`${text}roles: [{ profile: P, account: "123456789013", roleName: R }]\n`, "f");
    expect(parsed).toThrow(
      /^f:6:73: accounts\[0\]\.region: "eu-central-x" is not valid; .*\nf:7:14: accounts\[1\]\.alias: "dev" is already the alias of accounts\[0\]; keep each account once$/,
    );
  });

  it("refuses roles for all accounts in a manifest without accounts", () => {
    const text = `${HEAD.slice(0, HEAD.indexOf("accounts:"))}roles: [{ profile: P, accounts: all, roleName: R }]\n`;
    expect(() => parseManifest(text, "f")).toThrow(
      "f:5:33: roles[0].accounts: the manifest lists no accounts; add accounts:",
    );
  });
});
