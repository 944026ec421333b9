import fc from "fast-check";
import { expect, it } from "vitest";
import { parseOneRole } from "./parse-one-role.ts";
import { parseRoleEnv } from "./parse-role-env.ts";

const role = (name: string) =>
  fc.constantFrom(...["Prod", "Test"].map((each) => `arn:aws:iam::123456789013:role/${name}:${each}`));

/** Mostly without mistakes, so that there is something to compare. */
const environment = fc.record(
  {
    AWS_ROLE_1: role("MyRole"),
    AWS_ROLE_2: role("path/Other"),
    AWS_ROLE_2_EXTERNAL_ID: fc.constant("id-42"),
    AWS_ROLE_1_DURATION_SECONDS: fc.constantFrom("900", "0900", ""),
    AWS_PROFILE: fc.constantFrom("master", ""),
    AWS_MASTER_ROLE_ARN: fc.constant("arn:aws:iam::123456789012:role/Master"),
    AGENT_ROLES_SESSION_NAME: fc.constantFrom("me", ""),
    AGENT_ROLES_SESSION_TAGS: fc.constantFrom("team=blue,a=b", ""),
  },
  { requiredKeys: ["AWS_ROLE_1"] },
);

function all(env: Record<string, string>, profile: string) {
  try {
    const { roles, warnings: _, ...roleEnv } = parseRoleEnv(env);
    const target = roles.find((each) => each.profile === profile);
    return target && { target, roleEnv };
  } catch {
    return undefined;
  }
}

it("says the same of one role as the parser of all of them, wherever that has nothing to complain of", () => {
  fc.assert(
    fc.property(environment, fc.constantFrom("Prod", "Test", "default"), (env, profile) => {
      const expected = all(env, profile);
      fc.pre(expected !== undefined);
      expect(parseOneRole(env, profile)).toEqual(expected);
    }),
    { numRuns: 500 },
  );
});

it.each<readonly [string, Record<string, string>]>([
  ["there is no such profile", { AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:Test" }],
  [
    "there are two",
    { AWS_ROLE_1: "arn:aws:iam::123456789013:role/A:Prod", AWS_ROLE_2: "arn:aws:iam::123456789013:role/B:Prod" },
  ],
  ["it is the master's own", { AWS_ROLE_1: "arn:aws:iam::123456789013:role/A:Prod", AWS_PROFILE: "Prod" }],
  ["its role is wrong", { AWS_ROLE_1: "MyRole:Prod" }],
  ["an option is wrong", { AWS_ROLE_1: "arn:aws:iam::123456789013:role/A:Prod", AWS_ROLE_1_DURATION_SECONDS: "1" }],
  ["what holds for all is wrong", { AWS_ROLE_1: "arn:aws:iam::123456789013:role/A:Prod", AWS_MASTER_ROLE_ARN: "x" }],
])("says nothing when %s", (_, env) => {
  expect(parseOneRole(env, "Prod")).toBeUndefined();
});
