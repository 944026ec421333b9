import { expect, it } from "vitest";
import { parseRoleEnv } from "../role-env/index.ts";
import { sessionShape } from "./session-shape.ts";

const base = { AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:Prod" };

function shape(env: Record<string, string>): string {
  const roleEnv = parseRoleEnv({ ...base, ...env });
  const [target] = roleEnv.roles;
  if (!target) throw new Error("one role is declared");
  return sessionShape(roleEnv, target, env);
}

it.each([
  { AWS_ROLE_1: "arn:aws:iam::123456789013:role/OtherRole:Prod" },
  { AWS_ROLE_1_EXTERNAL_ID: "partner-7" },
  { AWS_ROLE_1_DURATION_SECONDS: "900" },
  { AWS_ROLE_1_SESSION_POLICY_ARNS: "arn:aws:iam::aws:policy/ReadOnlyAccess" },
  { AWS_MASTER_ROLE_ARN: "arn:aws:iam::123456789012:role/agent-master" },
  { AGENT_ROLES_SESSION_NAME: "agent-7" },
  { AGENT_ROLES_SOURCE_IDENTITY: "agent-7" },
  { AGENT_ROLES_SESSION_TAGS: "team=blue" },
  { AWS_ENDPOINT_URL_STS: "http://localhost:4566" },
  { AWS_PROFILE: "agent" },
  { AWS_REGION: "eu-west-1" },
])("%o shapes a session of its own", (env) => {
  expect(shape(env)).not.toBe(shape({}));
});

it.each([
  { AWS_ROLE_1: "arn:aws:iam::123456789013:role/MyRole:OtherName" },
  { AWS_ROLE_1_REGION: "eu-west-1" },
  { AWS_ROLE_1_DESCRIPTION: "production" },
])("%o does not", (env) => {
  expect(shape(env)).toBe(shape({}));
});

it("tells nothing apart by the order of tags", () => {
  expect(shape({ AGENT_ROLES_SESSION_TAGS: "a=1,b=2" })).toBe(shape({ AGENT_ROLES_SESSION_TAGS: "b=2,a=1" }));
});
