import { expect, it } from "vitest";
import { target } from "../fixtures.test-helper.ts";
import { parseRoleEnv } from "../role-env/index.ts";
import { sessionKey } from "./session-key.ts";

const ROLE = "arn:aws:iam::123456789013:role/MyRole";

function keyOf(env: Record<string, string> = {}): string {
  const roleEnv = parseRoleEnv({ AWS_ROLE_1: `${ROLE}:MyProfile`, ...env });
  const [role] = roleEnv.roles;
  if (!role) throw new Error("the fixture declares one role");
  return sessionKey(role, { roleEnv, env });
}

it.each([
  { AWS_ROLE_1: `${ROLE}2:MyProfile` },
  { AWS_ROLE_1_EXTERNAL_ID: "id-42" },
  { AWS_ROLE_1_DURATION_SECONDS: "900" },
  { AWS_ROLE_1_SESSION_POLICY_ARNS: "arn:aws:iam::aws:policy/ReadOnlyAccess" },
  { AWS_ROLE_1_ACCESS: "view" },
  { AWS_ROLE_1_ACCESS: "read" },
  {
    AWS_ROLE_1_SESSION_POLICY: '{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"s3:*","Resource":"*"}}',
  },
  { AGENT_ROLES_SESSION_NAME: "me" },
  { AGENT_ROLES_SOURCE_IDENTITY: "me" },
  { AGENT_ROLES_SESSION_TAGS: "team=blue" },
  { AWS_MASTER_ROLE_ARN: ROLE },
  { AWS_MASTER_ROLE_ARN: ROLE, AWS_MASTER_ROLE_EXTERNAL_ID: "id-42" },
  { AWS_REGION: "eu-west-1" },
  { AWS_ENDPOINT_URL: "http://localhost:1" },
  { AWS_ENDPOINT_URL_STS: "http://localhost:1" },
  { AWS_USE_FIPS_ENDPOINT: "true" },
  { AWS_PROFILE: "other" },
  { AWS_ACCESS_KEY_ID: "AKIAMASTEREXAMPLE" },
  { AWS_ROLE_ARN: ROLE },
  { AWS_WEB_IDENTITY_TOKEN_FILE: "/token" },
  { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://localhost:1" },
  { AWS_SHARED_CREDENTIALS_FILE: "/credentials" },
])("is another one with %j, and with each a different one", (env) => {
  expect(keyOf(env)).not.toBe(keyOf());
  expect(keyOf(env)).not.toBe(keyOf({ AGENT_ROLES_SESSION_TAGS: JSON.stringify(env).replaceAll(/\W/g, "") + "=1" }));
});

it("does not change with what shapes no session: the profile's name, the number, Region, description, the order of tags", () => {
  const roleEnv = parseRoleEnv({ AGENT_ROLES_SESSION_TAGS: "a=1,b=2" });
  const swapped = parseRoleEnv({ AGENT_ROLES_SESSION_TAGS: "b=2,a=1" });
  const first = target("MyProfile");
  const other = { ...target("MyProfile", { number: 7, region: "eu-west-1" }), profile: "Other", description: "text" };
  expect(sessionKey(other, { roleEnv: swapped, env: { AWS_PROFILE: "" } })).toBe(
    sessionKey(first, { roleEnv, env: {} }),
  );
});

it("is the same for full access as without an access level", () => {
  expect(keyOf({ AWS_ROLE_1_ACCESS: "full" })).toBe(keyOf());
});
