import { expect, it } from "vitest";
import { parsePolicy, type PolicyKind } from "./index.ts";

const allow = { Effect: "Allow", Principal: { AWS: "123456789012" }, Action: "sts:AssumeRole" };

function found(statement: unknown, kind: PolicyKind = "trust policy"): string[] {
  return parsePolicy({ Statement: statement }, kind).defects.map(({ message }) => message);
}

function principal(element: unknown): string[] {
  return found({ ...allow, Principal: element });
}

function condition(block: unknown): string[] {
  return found({ ...allow, Condition: block });
}

it.each([
  "123456789012",
  "*",
  "arn:aws:iam::123456789012:root",
  "arn:aws:iam::123456789012:role/app",
  "arn:aws-cn:iam::123456789012:role/team/a+b=c,d.e@f-g_h",
  "arn:aws:iam::123456789012:user/team/alice",
  "arn:aws:sts::123456789012:assumed-role/app/session-1",
  "arn:aws:sts::123456789012:federated-user/alice",
  "AROADBQP57FF2AEXAMPLE",
  "AIDADBQP57FF2AEXAMPLE",
  "${TrustedArn}",
  "arn:aws:iam::${AWS.AccountId}:role/app",
])("finds nothing wrong with the AWS principal %s", (value) => {
  expect(principal({ AWS: value })).toEqual([]);
});

it.each([
  "",
  "alice",
  "app@example.com",
  "12345678901",
  "1234567890123",
  "ec2.amazonaws.com",
  "arn:aws:iam:eu-west-1:123456789012:role/app",
  "arn:aws:iam::12345678901:role/app",
  "arn:aws:iam::123456789012:role/",
  "arn:aws:iam::123456789012:role",
  "arn:aws:iam::123456789012:Role/app",
  "arn:aws:iam::123456789012:user",
  "arn:aws:iam::123456789012:group/admins",
  "arn:aws:iam::123456789012:instance-profile/app",
  "arn:aws:iam::123456789012:policy/app",
  "arn:aws:iam::123456789012:oidc-provider/gitlab.com",
  "arn:aws:iam::123456789012:saml-provider/idp",
  "arn:aws:sts::123456789012:role/app",
  "arn:aws:sts::123456789012:assumed-role/app",
  "arn:aws:sts::123456789012:assumed-role/team/app/s1",
  "arn:aws:iam::123456789012:assumed-role/app/s1",
  "arn:aws:s3:::my-bucket",
  "arn:amazon:iam::123456789012:role/app",
  "arn:aws:iam::${AWS::AccountId}:role/app",
  "arn:aws:iam::123456789012:user/${aws:username}",
])("rejects the AWS principal %j", (value) => {
  expect(principal({ AWS: value })).toHaveLength(1);
});

it.each([
  [{ Federated: "token.actions.githubusercontent.com" }, "not an identity provider"],
  [{ Federated: "arn:aws:iam::123456789012:role/app" }, "not an identity provider"],
  [{ Federated: "arn:aws:iam::123456789012:oidc-provider/" }, "not an identity provider"],
  [{ Service: "ec2" }, "no service"],
  [{ Service: "arn:aws:iam::123456789012:role/app" }, "no service"],
  [{ CanonicalUser: "79a59df9" }, "CanonicalUser"],
  [{ aws: "123456789012" }, "aws"],
  [{ Services: "ec2.amazonaws.com" }, "Services"],
  [{}, "empty"],
  [{ AWS: [] }, "empty"],
  [[], "no type"],
  ["123456789012", "no type"],
  [{ AWS: { Ref: "Role" } }, "no type"],
])("rejects the principal %j", (element, message) => {
  expect(principal(element)).toEqual([expect.stringContaining(message)]);
});

it.each([
  { Federated: "accounts.google.com" },
  { Federated: "cognito-identity.amazonaws.com" },
  { Federated: "arn:aws:iam::123456789012:saml-provider/idp" },
  { Service: "states.eu-west-1.amazonaws.com" },
  { Service: "ec2.amazonaws.com.cn" },
])("finds nothing wrong with the principal %j", (element) => {
  expect(principal(element)).toEqual([]);
});

it.each([
  ["Allow app", "other characters"],
  ["allow-app", "other characters"],
  ["Ünicode", "other characters"],
  [7, "other characters"],
])("rejects the Sid %j", (sid, message) => {
  expect(found({ ...allow, Sid: sid })).toEqual([expect.stringContaining(message)]);
});

it("rejects a Sid that is there twice", () => {
  expect(
    found([
      { ...allow, Sid: "A" },
      { ...allow, Sid: "A" },
    ]),
  ).toEqual(['Sid "A" is there twice']);
  expect(found([allow, { ...allow, Sid: "" }, { ...allow, Sid: "" }, { ...allow, Sid: "B2" }])).toEqual([]);
});

it("lets the Sid of another resource's policy have blanks", () => {
  const statement = { ...allow, Sid: "Allow app", Action: "s3:GetObject", Resource: "arn:aws:s3:::b/*" };
  expect(found(statement, "resource policy")).toEqual([]);
});

it.each([
  [[], "no statement"],
  [undefined, "no statement"],
  [{ ...allow, Action: [] }, "Action is empty"],
  [{ ...allow, Action: "" }, "Action is empty"],
  [{ Effect: "Allow", Principal: "*", NotAction: [] }, "NotAction is empty"],
  [{ ...allow, Action: ["sts:AssumeRole", 7] }, "not a string"],
  [{ ...allow, Action: "s3:GetObject" }, "no action"],
])("rejects the statement %j", (statement, message) => {
  expect(found(statement)).toEqual([expect.stringContaining(message)]);
});

it("rejects an empty Resource", () => {
  const statement = { Effect: "Allow", Action: "s3:GetObject", Resource: [] };
  expect(found(statement, "identity policy")).toEqual(["Resource is empty"]);
});

it.each([
  { Bool: { "aws:SecureTransport": "yes" } },
  { BoolIfExists: { "aws:MultiFactorAuthPresent": "1" } },
  { Bool: { "aws:SecureTransport": ["true", "false"] } },
  { Null: { "sts:ExternalId": "absent" } },
  { Null: { "sts:ExternalId": ["true", "false"] } },
  { NumericLessThan: { "aws:MultiFactorAuthAge": "an hour" } },
  { NumericEquals: { "aws:MultiFactorAuthAge": "1,000" } },
  { DateLessThan: { "aws:CurrentTime": "tomorrow" } },
  { DateGreaterThan: { "aws:CurrentTime": "2026-13-01T00:00:00Z" } },
  { IpAddress: { "aws:SourceIp": "203.0.113.0/33" } },
  { NotIpAddress: { "aws:SourceIp": "office" } },
  { IpAddress: { "aws:SourceIp": "2001:db8::/129" } },
  { ArnLike: { "aws:PrincipalArn": "123456789012" } },
  { ArnNotEquals: { "aws:PrincipalArn": "role/app" } },
  { StringEquals: { "sts:ExternalId": [] } },
  { StringEquals: { "aws:SourceIp": "203.0.113.0/24" } },
  { IpAddress: { "aws:PrincipalAccount": "203.0.113.0/24" } },
  { ArnEquals: { "aws:PrincipalAccount": "arn:aws:iam::123456789012:root" } },
  { StringEquals: { "aws:PrincipalOrgID": "o-1", "aws:principalorgid": "o-2" } },
  { StringLike: { "aws:PrincipalTag/Team": "a" }, stringlike: { "aws:principaltag/team": "b" } },
  { StringIs: { "sts:ExternalId": "a" } },
  { StringEquals: "sts:ExternalId" },
  { StringEquals: { "sts:ExternalId": { Ref: "Id" } } },
  "StringEquals",
])("rejects the condition %j", (block) => {
  expect(condition(block)).toHaveLength(1);
});

it.each([
  { Bool: { "aws:SecureTransport": "True" } },
  { Bool: { "aws:SecureTransport": true } },
  { Null: { "sts:ExternalId": "false" } },
  { NumericLessThan: { "aws:MultiFactorAuthAge": 3600 } },
  { DateGreaterThan: { "aws:CurrentTime": "2026-12-01T00:00:00Z" } },
  { DateLessThan: { "aws:TokenIssueTime": "1790000000" } },
  { IpAddress: { "aws:SourceIp": ["203.0.113.7", "2001:db8::/32"] } },
  { ArnLike: { "aws:PrincipalArn": ["*", "arn:*:iam::*:role/a"] } },
  { StringLike: { "aws:PrincipalArn": "arn:aws:iam::*" } },
  { StringEquals: { "aws:MultiFactorAuthPresent": "true" } },
  { IpAddress: { "aws:SourceIp": "${Network}" } },
  { StringEquals: { "aws:PrincipalOrgID": "o-1" }, StringLike: { "aws:PrincipalOrgID": "o-*" } },
])("finds nothing wrong with the condition %j", (block) => {
  expect(condition(block)).toEqual([]);
});

it.each(["${aws:userid", "a/${}", "${aws:PrincipalTag/a, 'b}", "${,}"])(
  "rejects the policy variable %s, but not in a version without variables",
  (value) => {
    const document = (Version: string): unknown => ({
      Version,
      Statement: { ...allow, Condition: { StringLike: { "aws:PrincipalTag/team": value } } },
    });
    expect(parsePolicy(document("2012-10-17"), "trust policy").defects).toMatchObject([{ code: "operand" }]);
    expect(parsePolicy(document("2008-10-17"), "trust policy").defects).toEqual([]);
  },
);

it.each(["${aws:userid}", "${*}", "${aws:PrincipalTag/cost center, 'a, b'}", "${Team}-${ aws:username }"])(
  "finds nothing wrong with the policy variables of %s",
  (value) => {
    const Statement = { ...allow, Condition: { StringLike: { "aws:PrincipalTag/team": value } } };
    expect(parsePolicy({ Version: "2012-10-17", Statement }, "trust policy").defects).toEqual([]);
  },
);

it("gives the place of a defect in the policy", () => {
  const { defects } = parsePolicy(
    { Statement: [allow, { ...allow, Sid: "B", Principal: { AWS: ["123456789012", "alice"] } }] },
    "trust policy",
  );
  expect(defects).toMatchObject([{ statement: "B", place: ["Statement", 1, "Principal", "AWS", 1] }]);
});

it.each([
  ["StringEqual", "did you mean StringEquals?"],
  ["StringEqualIfExists", "did you mean StringEqualsIfExists?"],
  ["ForAnyValue:StringLikesIfExists", "did you mean ForAnyValue:StringLikeIfExists?"],
])("suggests for the operator %s what was meant, with its suffix: %s", (operator, fix) => {
  const Condition = { [operator]: { "aws:PrincipalTag/team": "a" } };
  const { defects } = parsePolicy({ Statement: { ...allow, Condition } }, "trust policy");
  expect(defects.map((defect) => defect.fix)).toEqual([fix]);
});
