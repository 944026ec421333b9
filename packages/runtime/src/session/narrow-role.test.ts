import { expect, it } from "vitest";
import { narrowRole } from "./narrow-role.ts";

const policy = (...Statement: readonly object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
const ALL = { Effect: "Allow", Action: "*", Resource: "*" };
const GET = { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::reports/*" };
const DENY = { Effect: "Deny", Action: "s3:GetObject", Resource: "arn:aws:s3:::payroll/*" };
const ARN = "arn:aws:iam::123456789012:policy/Narrow";

it.each([
  ["a role without session policies", {}, policy(GET), policy(GET)],
  [
    "a session policy",
    { sessionPolicy: policy(ALL, DENY) },
    policy(GET),
    policy({ ...GET, Action: ["s3:GetObject"], Resource: [GET.Resource] }, DENY),
  ],
  ["an access level, with denials", { access: "read" as const }, policy(ALL, DENY), policy(DENY)],
  [
    "a managed policy, with denials",
    { sessionPolicyArns: [ARN], sessionPolicy: policy(GET) },
    policy(ALL, DENY),
    policy(GET, DENY),
  ],
])("narrows %s", (_, role, asked, sessionPolicy) => {
  expect(narrowRole(role, asked)).toEqual({ ...role, sessionPolicy });
});

it.each([
  [
    "an access level by what allows something",
    { access: "read" as const },
    policy(GET),
    "access read is a managed policy",
  ],
  ["a managed policy by what allows something", { sessionPolicyArns: [ARN] }, policy(GET), "_ARNS is a managed policy"],
  ["an access level by what allows nothing", { access: "view" as const }, policy(DENY), "no single session policy"],
  [
    "an access level by what allows all under a condition",
    { access: "view" as const },
    policy({ ...ALL, Condition: { Bool: { "aws:SecureTransport": "true" } } }),
    "no single session policy",
  ],
  [
    "by what overlaps in part",
    { sessionPolicy: policy({ ...ALL, Action: "s3:Get*" }) },
    policy({ ...ALL, Action: "s3:*Object" }),
    "overlap in part",
  ],
  [
    "to more characters than STS takes",
    { sessionPolicy: policy(ALL, { ...DENY, Resource: "a".repeat(1_900) }) },
    policy(GET, DENY),
    "STS takes 2048",
  ],
])("refuses to narrow %s", (_, role, asked, message) => {
  expect(() => narrowRole(role, asked)).toThrow(
    expect.objectContaining({ code: "CannotNarrow", message: expect.stringContaining(message) }),
  );
});
