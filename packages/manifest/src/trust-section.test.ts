import { describe, expect, it } from "vitest";
import { ManifestError } from "./manifest-error.ts";
import type { Manifest } from "./manifest.ts";
import { parseManifest } from "./parse-manifest.ts";
import { trustContext } from "./trust-context.ts";

const base = `master:
  account: "123456789012"
  roleName: agent-master
  trustedBy:
    - account: "123456789012"
roles:
  - profile: MyFirstAccount
    account: "123456789012"
    roleName: MyFirstRole
  - profile: MySecondAccount
    account: "123456789013"
    roleName: MySecondRole
    externalId: partner-7d1
`;

function parse(trust: string): Manifest {
  return parseManifest(`${base}${trust}`, "agent-roles.yaml");
}

function mistakes(trust: string): string {
  try {
    parse(trust);
  } catch (error) {
    if (error instanceof ManifestError) return error.message;
    throw error;
  }
  throw new Error("the manifest was accepted");
}

it("reads every field of the trust section", () => {
  const trust = {
    accounts: ["123456789014"],
    allowedAccounts: ["999999999999"],
    guessableNames: ["example"],
    passes: { sessionTags: false },
    transitiveTagKeys: ["team"],
    quotas: { trustPolicy: 4096 },
    severities: { "assume-cycle": "high" },
    suppressions: [
      { id: "policy-size", role: "arn:aws:iam::*:role/agent-roles/*", message: "95 %", reason: "raised in May" },
    ],
    expect: [
      {
        from: "outside-accounts",
        to: "arn:aws:iam::*:role/agent-roles/*",
        with: { externalId: "partner-7d1", tags: { team: "a" }, sourceIdentity: "alice", sessionName: "s1" },
        decision: "denied",
      },
    ],
  };
  expect(parse(`trust: ${JSON.stringify(trust)}\n`).trust).toEqual(trust);
});

it.each([
  "*",
  "outside-accounts",
  "arn:aws:iam::*:role/x",
  "arn:aws:sts::123456789012:assumed-role/r/s",
  "ec2.amazonaws.com",
])("takes %s as a caller", (from) => {
  expect(() => parse(`trust: { expect: [{ from: "${from}", to: "*", decision: denied }] }\n`)).not.toThrow();
});

describe("reports with line, column and fix", () => {
  it.each([
    [
      "a suppression without a reason",
      "  suppressions: [{ id: policy-size }]",
      "15:18: trust.suppressions[0].reason: is missing",
    ],
    [
      "a blank reason",
      '  suppressions: [{ id: policy-size, reason: " " }]',
      '15:45: trust.suppressions[0].reason: " " is not valid; state why',
    ],
    [
      "a severity that does not exist",
      "  severities: { policy-size: fatal }",
      '15:30: trust.severities["policy-size"]: "fatal" is not valid; use one of critical',
    ],
    [
      "an id that no rule can have",
      "  severities: { Policy_Size: high }",
      '15:17: trust.severities.Policy_Size: "Policy_Size" is not valid; write a rule',
    ],
    [
      "a quota that is no number",
      "  quotas: { trustPolicy: lots }",
      '15:26: trust.quotas.trustPolicy: "lots" is not valid; write a whole number',
    ],
    [
      "an account without quotes",
      "  allowedAccounts: [012345678901]",
      '15:21: trust.allowedAccounts[0]: 012345678901 without quotes is a number, not a text; quote it: "012345678901"',
    ],
    ["an account that is none", '  accounts: ["12"]', '15:14: trust.accounts[0]: "12" is not valid; write the twelve'],
    [
      "what the agent passes, in words",
      "  passes: { sessionTags: never }",
      '15:26: trust.passes.sessionTags: "never" is not valid; write true or false',
    ],
    [
      "a caller that is none",
      '  expect: [{ from: me, to: "*", decision: denied }]',
      '15:20: trust.expect[0].from: "me" is not valid; write "*", outside-organization',
    ],
    [
      "a decision that is none",
      '  expect: [{ from: "*", to: "*", decision: maybe }]',
      '15:44: trust.expect[0].decision: "maybe" is not valid; use allowed or denied',
    ],
    [
      "outside of no organization",
      '  expect: [{ from: outside-organization, to: "*", decision: denied }]',
      '15:20: trust.expect[0].from: "outside-organization" needs an organization',
    ],
    [
      "a misspelt field",
      "  supressions: []",
      '15:3: trust.supressions: "supressions" is unknown; did you mean "suppressions"?',
    ],
  ])("%s", (_, section, message) => {
    expect(mistakes(`trust:\n${section}\n`)).toContain(`agent-roles.yaml:${message}`);
  });
});

it("takes outside-organization when there is one", () => {
  const trust =
    'organization: o-a1b2c3d4e5\ntrust: { expect: [{ from: outside-organization, to: "*", decision: denied }] }\n';
  expect(parse(trust).trust?.expect).toHaveLength(1);
});

describe("trustContext", () => {
  it("gives accounts, master and the AWS_ROLE_N values, and nothing that the manifest does not say", () => {
    expect(trustContext(parse(""), "mine.yaml")).toEqual({
      accounts: ["123456789012", "123456789013"],
      masterRoleArn: "arn:aws:iam::123456789012:role/agent-roles-master/agent-master",
      expectedRoles: [
        {
          variable: "AWS_ROLE_1",
          profile: "MyFirstAccount",
          roleArn: "arn:aws:iam::123456789012:role/agent-roles/MyFirstRole",
          location: { file: "mine.yaml", path: "roles[0]" },
        },
        {
          variable: "AWS_ROLE_2",
          profile: "MySecondAccount",
          roleArn: "arn:aws:iam::123456789013:role/agent-roles/MySecondRole",
          externalId: "partner-7d1",
          location: { file: "mine.yaml", path: "roles[1]" },
        },
      ],
      passes: { sessionTags: false, sourceIdentity: false },
    });
  });

  it("hands on what the trust section says", () => {
    const section = {
      allowedAccounts: ["999999999999"],
      guessableNames: ["example"],
      transitiveTagKeys: ["team"],
      quotas: { managedPolicy: 1 },
      severities: { "assume-cycle": "high" },
    };
    const more = { ...section, accounts: ["123456789014", "123456789013"], passes: { sourceIdentity: false } };
    const manifest = parse(`organization: o-a1b2c3d4e5\ntrust: ${JSON.stringify(more)}\n`);
    expect(trustContext(manifest)).toMatchObject({
      ...section,
      organization: "o-a1b2c3d4e5",
      accounts: ["123456789012", "123456789013", "123456789014"],
      passes: { sessionTags: false, sourceIdentity: false },
    });
  });

  it.each([
    ["attribution: { sessionTags: [task] }", { sessionTags: true, sourceIdentity: false }],
    ["attribution: { sourceIdentities: ['*@example.com'] }", { sessionTags: false, sourceIdentity: true }],
    ["trust: { sessionAttributes: { sourceIdentity: true } }", { sessionTags: false, sourceIdentity: true }],
    ["trust: { passes: { sessionTags: true } }", { sessionTags: true, sourceIdentity: false }],
  ])("checks the session attributes that %s names", (section, passes) => {
    expect(trustContext(parse(`${section}\n`)).passes).toEqual(passes);
  });
});
