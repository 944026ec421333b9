import { describe, expect, it } from "vitest";
import type { TrustContext } from "../trust-model.ts";
import type { Expectation } from "./expectation.ts";
import { proveExpectations } from "./prove-expectations.ts";
import { role, trust } from "./roles.test-helper.ts";

const ORG = "o-a1b2c3d4e5";
const OTHER_ORG = "o-z9y8x7w6v5";
const DEV = "arn:aws:iam::123456789012:role/dev";
const TARGET = "arn:aws:iam::123456789013:role/target";
const without: TrustContext = { accounts: ["123456789012", "123456789013"] };
const withOrganization: TrustContext = { ...without, organization: ORG };

const allow = trust("*");
const deny = (condition: object): object => ({ ...trust("*", condition), Effect: "Deny" });
const tag = (key: string, value: string): object => ({ StringEquals: { [`aws:PrincipalTag/${key}`]: value } });

interface Asked {
  readonly from?: Expectation["from"];
  readonly context?: TrustContext;
  readonly tags?: Readonly<Record<string, string>>;
}

/** `holds`, or the decision that breaks the denial and why. */
function denied(
  trusting: unknown,
  { from = "outside-accounts", context = withOrganization, tags }: Asked = {},
): string {
  const dev = role("dev", trust({ Service: "ec2.amazonaws.com" }), {
    identity: { Effect: "Allow", Action: "sts:*", Resource: "*" },
  });
  const target = role("target", trusting, { account: "123456789013", ...(tags && { tags }) });
  const [result] = proveExpectations([{ from, to: TARGET, decision: "denied" }], [dev, target], context);
  if (result?.holds === true) return "holds";
  const [reason] = result?.counterExample?.answer.reasons ?? [];
  return `${result?.counterExample?.answer.decision}: ${reason?.message}`;
}

describe("a caller can be thought of", () => {
  it.each<[string, unknown, Asked?]>([
    ["without the tag that a Deny is about", [allow, deny(tag("quarantine", "true"))]],
    ["with the tag that a Deny wants", [allow, deny({ StringNotEquals: { "aws:PrincipalTag/team": "a" } })]],
    [
      "with the tag of a later statement",
      [trust({ AWS: "123456789012" }, tag("team", "a")), trust("*", tag("team", "b"))],
    ],
    [
      "with a tag that fits no excluded pattern",
      trust("*", { StringNotLike: { "aws:PrincipalTag/team": "*x*" }, Null: { "aws:PrincipalTag/team": "false" } }),
    ],
    ["without a tag", trust("*", { Null: { "aws:PrincipalTag/x": "true" } })],
    ["with a number as a tag", trust("*", { NumericGreaterThan: { "aws:PrincipalTag/level": "5" } })],
    ["with the role's own tag", trust("*", tag("team", "${aws:ResourceTag/team}")), { tags: { team: "core" } }],
    ["with a user's name", trust("*", { StringEquals: { "aws:username": "alice" } })],
    [
      "in a place of another organization",
      trust("*", { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": `${OTHER_ORG}/r-ab12/*` } }),
    ],
    [
      "in an organization of another management account",
      trust("*", { StringEquals: { "aws:PrincipalOrgMasterAccountId": "111122223333" } }),
    ],
    ["in any organization", trust("*", { Null: { "aws:PrincipalOrgID": "false" } })],
    [
      "in an organization that is not excluded",
      trust("*", { StringNotEquals: { "aws:PrincipalOrgID": ORG }, Null: { "aws:PrincipalOrgID": "false" } }),
    ],
    ["in an account that fits a pattern", trust("*", { StringLike: { "aws:PrincipalAccount": "2222*" } })],
    ["with a role of such an account", trust("*", { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::2222*:role/*" } })],
    ["with one letter open", trust("*", { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::22222222222?:role/a" } })],
    ["with a role of any account", trust("*", { StringLike: { "aws:PrincipalArn": "*:role/dev-*" } })],
    [
      "with a role of the caller's own account",
      trust("*", { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::${aws:PrincipalAccount}:role/deploy" } }),
    ],
    [
      "in an organization, where our own is not known",
      trust("*", { StringEquals: { "aws:PrincipalOrgID": OTHER_ORG } }),
      { from: DEV, context: without },
    ],
  ])("%s", (_, trusting, asked) => {
    expect(denied(trusting, asked)).toMatch(/^allowed: /);
  });
});

describe("takes no denial for proven that no example was found for, and names the key", () => {
  it.each<[string, unknown, string]>([
    ["of a caller's type", trust("*", { StringEquals: { "aws:PrincipalType": "Anonymous" } }), "aws:PrincipalType"],
    ["of a tag", trust("*", tag("team", "${aws:RequestTag/team}")), "aws:PrincipalTag/team"],
    [
      "that escapes a Deny",
      [allow, deny({ StringNotEquals: { "aws:PrincipalType": "Anonymous" } })],
      "aws:PrincipalType",
    ],
  ])("%s", (_, trusting, key) => {
    expect(denied(trusting)).toMatch(/^uncertain: no example caller decides /);
    expect(denied(trusting)).toContain(key);
  });
});

describe("proves, though it speaks of callers", () => {
  it.each<[string, unknown, Asked?]>([
    [
      "by the whole organization",
      trust("*", { StringEquals: { "aws:PrincipalOrgID": ORG } }),
      { from: "outside-organization" },
    ],
    [
      "by the role's organization",
      trust("*", { StringEquals: { "aws:PrincipalOrgID": "${aws:ResourceOrgID}" } }),
      { from: "outside-organization" },
    ],
    [
      "by a path in our own organization",
      trust("*", { "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": `${ORG}/r-ab12/*` } }),
      { from: "outside-organization" },
    ],
    [
      "by our own management account",
      trust("*", { StringEquals: { "aws:PrincipalOrgMasterAccountId": "123456789012" } }),
      { from: "outside-organization" },
    ],
    [
      "by a Deny of everybody outside it",
      [allow, deny({ StringNotEquals: { "aws:PrincipalOrgID": ORG } })],
      { from: "outside-organization" },
    ],
    ["by an account", trust("*", { StringEquals: { "aws:PrincipalAccount": "123456789012" } })],
    [
      "by a whole account and a pattern of roles",
      trust("*", { StringLike: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/dev-*" } }),
    ],
    [
      "by an account pattern that matches only our own account",
      trust("*", { ArnLike: { "aws:PrincipalArn": "arn:aws:iam::123456789012:role/*" } }),
    ],
    ["by an account, whatever the tags", trust({ AWS: "123456789012" }, tag("team", "a"))],
    [
      "by an account, whatever nobody meets",
      trust({ AWS: "123456789012" }, { StringEquals: { "aws:PrincipalType": "Anonymous" } }),
    ],
    ["by the account of the role", trust("*", { StringEquals: { "aws:PrincipalAccount": "${aws:ResourceAccount}" } })],
  ])("%s", (_, trusting, asked) => {
    expect(denied(trusting, asked)).toBe("holds");
  });
});
