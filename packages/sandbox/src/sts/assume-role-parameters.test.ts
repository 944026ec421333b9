import { describe, expect, it } from "vitest";
import { parseAssumeRole } from "./assume-role-parameters.ts";

const ROLE = "arn:aws:iam::123456789013:role/agent-roles/MySecondRole";
const parse = (parameters: Record<string, string>) =>
  parseAssumeRole(new URLSearchParams({ RoleArn: ROLE, RoleSessionName: "work", ...parameters }));
const FAILED = "failed to satisfy constraint: Member must";

const members = (count: number, list: string, field: string): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: count }, (_item, index) => [`${list}.member.${index + 1}.${field}`, `v${index}`]),
  );
const tags = (count: number) => ({ ...members(count, "Tags", "Key"), ...members(count, "Tags", "Value") });
const policies = (count: number) => members(count, "PolicyArns", "arn");

describe("parseAssumeRole", () => {
  it("reads every parameter", () => {
    const parsed = parse({
      DurationSeconds: "900",
      ExternalId: "id:1/2",
      SourceIdentity: "alice",
      Policy: '{"Version":"2012-10-17"}',
      "Tags.member.1.Key": "a",
      "Tags.member.1.Value": "1",
      "Tags.member.2.Key": "b",
      "Tags.member.2.Value": "",
      "TransitiveTagKeys.member.1": "A",
      "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
    });
    expect(parsed).toEqual({
      call: {
        role: { arn: ROLE, partition: "aws", accountId: "123456789013", roleName: "MySecondRole" },
        roleSessionName: "work",
        durationSeconds: 900,
        externalId: "id:1/2",
        sourceIdentity: "alice",
        policy: { Version: "2012-10-17" },
        sessionTags: { a: "1", b: "" },
        transitiveTagKeys: ["A"],
        policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
      },
    });
  });

  it.each([
    [
      "a session name that is too short",
      { RoleSessionName: "x" },
      `Value 'x' at 'roleSessionName' ${FAILED} have length greater than or equal to 2`,
    ],
    [
      "a session name with a blank",
      { RoleSessionName: "a b" },
      `${FAILED} satisfy regular expression pattern: [\\w+=,.@-]*`,
    ],
    [
      "a session name that is too long",
      { RoleSessionName: "x".repeat(65) },
      `${FAILED} have length less than or equal to 64`,
    ],
    [
      "an external id that is too short",
      { ExternalId: "x" },
      `at 'externalId' ${FAILED} have length greater than or equal to 2`,
    ],
    [
      "a source identity that is too long",
      { SourceIdentity: "x".repeat(65) },
      `at 'sourceIdentity' ${FAILED} have length less than`,
    ],
    [
      "too few seconds",
      { DurationSeconds: "899" },
      `Value '899' at 'durationSeconds' ${FAILED} have value greater than or equal to 900`,
    ],
    ["too many seconds", { DurationSeconds: "43201" }, `${FAILED} have value less than or equal to 43200`],
    ["seconds that are no number", { DurationSeconds: "1h" }, `Value '1h' at 'durationSeconds'`],
    [
      "a session policy that is too long",
      { Policy: " ".repeat(2049) },
      `at 'policy' ${FAILED} have length less than or equal to 2048`,
    ],
    [
      "a tag key that is too long",
      { "Tags.member.1.Key": "k".repeat(129), "Tags.member.1.Value": "" },
      `at 'tags.1.member.key' ${FAILED}`,
    ],
    [
      "a tag value that is too long",
      { "Tags.member.1.Key": "k", "Tags.member.1.Value": "v".repeat(257) },
      `at 'tags.1.member.value' ${FAILED}`,
    ],
    [
      "an ARN that is none",
      { RoleArn: "arn:aws:iam::123456789013:user/x" },
      "arn:aws:iam::123456789013:user/x is invalid",
    ],
  ])("refuses %s", (_case, parameters, text) => {
    expect(parse(parameters)).toEqual({ invalid: expect.stringContaining(text) });
  });

  it("counts every violation", () => {
    const parsed = parseAssumeRole(new URLSearchParams({ RoleArn: "short" }));
    expect(parsed).toMatchObject({
      invalid: expect.stringMatching(/^2 validation errors detected: .*'roleArn'.*; Value null at 'roleSessionName'/),
    });
  });

  it("takes 50 tags and 10 policies, and no more", () => {
    expect(parse({ ...tags(50), ...policies(10) })).toHaveProperty("call");
    expect(parse(tags(51))).toHaveProperty("invalid");
    expect(parse(policies(11))).toHaveProperty("invalid");
  });

  it("refuses a tag key twice, whatever its case", () => {
    const twice = {
      "Tags.member.1.Key": "a",
      "Tags.member.1.Value": "",
      "Tags.member.2.Key": "A",
      "Tags.member.2.Value": "",
    };
    expect(parse(twice)).toMatchObject({
      code: "InvalidParameterValue",
      invalid: expect.stringContaining("Duplicate tag keys"),
    });
  });

  it("refuses a transitive key that no tag has", () => {
    expect(parse({ "TransitiveTagKeys.member.1": "a" })).toMatchObject({ code: "InvalidParameterValue" });
  });

  it.each(["{", "[]", "5", '"text"'])("refuses the session policy %s", (Policy) => {
    expect(parse({ Policy })).toMatchObject({ code: "MalformedPolicyDocument" });
  });
});
