import { expect, it } from "vitest";
import { limitAccess } from "./limit-access.ts";
import { parseRoleEnv } from "./parse-role-env.ts";

const ROLES = {
  AWS_ROLE_1: "arn:aws:iam::123456789012:role/r:Unset",
  AWS_ROLE_2: "arn:aws:iam::123456789012:role/r:View",
  AWS_ROLE_2_ACCESS: "view",
  AWS_ROLE_3: "arn:aws:iam::123456789012:role/r:Read",
  AWS_ROLE_3_ACCESS: "read",
  AWS_ROLE_4: "arn:aws:iam::123456789012:role/r:Full",
  AWS_ROLE_4_ACCESS: "full",
  AWS_ROLE_5: "arn:aws:iam::123456789012:role/r:Empty",
  AWS_ROLE_5_ACCESS: "",
};

it.each([
  ["view", ["view", "view", "view", "view", "view"]],
  ["read", ["read", "view", "read", "read", "read"]],
  ["full", ["full", "view", "read", "full", "full"]],
] as const)("lowers every role to %s, and raises none", (level, expected) => {
  expect(parseRoleEnv(limitAccess(ROLES, level)).roles.map(({ access }) => access)).toEqual(expected);
});

it("leaves a mistake to be reported, and other variables alone", () => {
  const env = { AWS_ROLE_1: ROLES.AWS_ROLE_1, AWS_ROLE_1_ACCESS: "all", AWS_ROLE_ARN: "x", AWS_ROLE_01: "y" };
  expect(limitAccess(env, "view")).toMatchObject(env);
  expect(() => parseRoleEnv(limitAccess(env, "view"))).toThrow('AWS_ROLE_1_ACCESS: "all" is not valid');
});

it("refuses a role whose own session policy would add to the level", () => {
  const env = { AWS_ROLE_1: ROLES.AWS_ROLE_1, AWS_ROLE_1_SESSION_POLICY_ARNS: "arn:aws:iam::aws:policy/SecurityAudit" };
  expect(() => parseRoleEnv(limitAccess(env, "read"))).toThrow("adds to what the access level read allows");
});
