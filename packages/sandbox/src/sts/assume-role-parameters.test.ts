import { describe, expect, it } from "vitest";
import { parseAssumeRole } from "./assume-role-parameters.ts";

const ROLE = "arn:aws:iam::123456789013:role/agent-roles/MySecondRole";
const parse = (parameters: Record<string, string>) =>
  parseAssumeRole(new URLSearchParams({ RoleArn: ROLE, RoleSessionName: "work", ...parameters }));

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

  it("refuses an ARN that is not a role's", () => {
    const RoleArn = "arn:aws:iam::123456789013:user/x";
    expect(parse({ RoleArn })).toEqual({ invalid: `${RoleArn} is invalid` });
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
