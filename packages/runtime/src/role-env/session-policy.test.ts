import { expect, it } from "vitest";
import { AgentRolesError } from "../agent-roles-error.ts";
import { parseRoleEnv } from "./parse-role-env.ts";
import { DENY_LIMIT } from "./session-policy.ts";
import type { Diagnostic } from "./diagnostic.ts";

const ROLE = { AWS_ROLE_1: "arn:aws:iam::123456789012:role/MyRole:p" };

const policy = (...Statement: readonly object[]): string => JSON.stringify({ Version: "2012-10-17", Statement });
const ALLOW = { Effect: "Allow", Action: "s3:GetObject", Resource: "*" };
const DENY = {
  Effect: "Deny",
  NotAction: ["s3:*"],
  NotResource: ["*"],
  Condition: { Bool: { "aws:SecureTransport": "false" } },
};

function mistakes(options: Readonly<Record<string, string>>): readonly Diagnostic[] {
  const env = Object.fromEntries(Object.entries(options).map(([name, value]) => [`AWS_ROLE_1_${name}`, value]));
  try {
    parseRoleEnv({ ...ROLE, ...env });
    return [];
  } catch (error) {
    return error instanceof AgentRolesError ? (error.problems ?? []) : [];
  }
}

it("keeps a session policy without the blanks that AWS would count", () => {
  const env = { ...ROLE, AWS_ROLE_1_SESSION_POLICY: JSON.stringify(JSON.parse(policy(ALLOW, DENY)), null, 2) };
  expect(parseRoleEnv(env).roles[0]?.sessionPolicy).toBe(policy(ALLOW, DENY));
});

it.each([
  ["text", "s3:GetObject", "is not a JSON object"],
  ["a list", "[]", "is not a JSON object"],
  ["half an object", '{"Version":"2012-10-17"', "is not a JSON object"],
  ["an object without a Version", JSON.stringify({ Statement: [ALLOW] }), "another Version"],
  ["the old Version", JSON.stringify({ Version: "2008-10-17", Statement: [ALLOW] }), "another Version"],
  ["no statement", policy(), "has no statement"],
  [
    "an unknown element",
    JSON.stringify({ Version: "2012-10-17", Statements: [ALLOW] }),
    'unknown element "Statements"',
  ],
  ["a Principal", policy({ ...ALLOW, Principal: "*" }), "statement 1"],
  ["a second effect in another spelling", policy(ALLOW, { ...DENY, effect: "Allow" }), "statement 2"],
  ["an unknown effect", policy({ ...ALLOW, Effect: "allow" }), "statement 1"],
  ["Action beside NotAction", policy({ ...ALLOW, NotAction: "s3:*" }), "statement 1"],
  ["no Resource", policy({ Effect: "Allow", Action: "s3:*" }), "statement 1"],
  ["a statement that is text", policy(["Allow"]), "statement 1"],
  ["characters beyond Latin-1", policy({ ...ALLOW, Resource: "arn:aws:s3:::\u65e5" }), "characters that STS refuses"],
])("refuses a session policy that is or has %s, with the fix", (_case, text, message) => {
  expect(mistakes({ SESSION_POLICY: text })).toEqual([
    { path: "AWS_ROLE_1_SESSION_POLICY", message: expect.stringContaining(message), fix: expect.stringMatching(/./) },
  ]);
});

it("takes the 2,048 characters that STS takes for all session policies, and not one more", () => {
  const arn = "arn:aws:iam::123456789012:policy/MyPolicy";
  const room = 2048 - arn.length - policy({ ...ALLOW, Resource: "" }).length;
  const fill = (length: number) => policy({ ...ALLOW, Resource: "x".repeat(length) });
  expect(mistakes({ SESSION_POLICY: fill(room), SESSION_POLICY_ARNS: arn })).toEqual([]);
  expect(mistakes({ SESSION_POLICY: fill(room + 1), SESSION_POLICY_ARNS: arn })).toMatchObject([
    { message: "the session policies have 2049 characters; STS takes 2048", fix: expect.stringContaining("drop Sids") },
  ]);
});

it.each(["view", "read"])(
  "refuses what would add to %s, because AWS allows what any session policy allows",
  (level) => {
    const policyArn = "arn:aws:iam::aws:policy/SecurityAudit";
    expect(mistakes({ ACCESS: level, SESSION_POLICY: policy(DENY, ALLOW) })).toMatchObject([
      {
        path: "AWS_ROLE_1_SESSION_POLICY",
        message: expect.stringContaining(`adds to what the access level ${level} allows`),
      },
    ]);
    expect(mistakes({ ACCESS: level, SESSION_POLICY_ARNS: policyArn })).toMatchObject([
      { path: "AWS_ROLE_1_SESSION_POLICY_ARNS" },
    ]);
    expect(mistakes({ ACCESS: level, SESSION_POLICY: policy(DENY) })).toEqual([]);
    expect(mistakes({ ACCESS: "full", SESSION_POLICY: policy(ALLOW), SESSION_POLICY_ARNS: policyArn })).toEqual([]);
  },
);

it("refuses Deny statements for which an access level leaves no room", () => {
  const long = policy({ ...DENY, NotResource: "x".repeat(DENY_LIMIT) });
  expect(mistakes({ ACCESS: "read", SESSION_POLICY: long })).toMatchObject([
    { path: "AWS_ROLE_1_SESSION_POLICY", message: expect.stringContaining(`leaves ${DENY_LIMIT} of the 2048`) },
  ]);
});

it.each(["View", "readonly", "write", "read,view", "__proto__"])("refuses the access level %s", (level) => {
  expect(mistakes({ ACCESS: level })).toEqual([
    { path: "AWS_ROLE_1_ACCESS", message: `"${level}" is not valid`, fix: "use one of view, read, full" },
  ]);
});
