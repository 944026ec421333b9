import { parseRoleEnv } from "@agent-roles/runtime/role-env";
import { expect, it } from "vitest";
import { childEnv } from "./child-env.ts";

const FILES = { directory: "/d", configFile: "/d/config", credentialsFile: "/d/credentials" };

const ROLES = {
  AWS_ROLE_1: "arn:aws:iam::123456789012:role/One:One",
  AWS_ROLE_1_REGION: "eu-west-1",
  AWS_ROLE_2: "arn:aws:iam::123456789012:role/Two:Two",
  AWS_ROLE_2_EXTERNAL_ID: "secret-2",
  AWS_ROLE_12: "arn:aws:iam::123456789012:role/Twelve:Twelve",
};

const { roles } = parseRoleEnv(ROLES);

function environment(profiles: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const targets = roles.filter(({ profile }) => profiles.includes(profile));
  return childEnv({ ...ROLES, ...more }, targets, FILES);
}

it.each([
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_SECURITY_TOKEN",
  "AWS_SECRET_KEY",
  "AWS_CREDENTIAL_EXPIRATION",
  "AWS_ACCOUNT_ID",
  "AWS_DEFAULT_PROFILE",
  "AWS_ROLE_ARN",
  "AWS_ROLE_SESSION_NAME",
  "AWS_WEB_IDENTITY_TOKEN_FILE",
  "AWS_CONTAINER_CREDENTIALS_FULL_URI",
  "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN",
  "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
  "AWS_SSO_SESSION",
  "AWS_LOGIN_CACHE_DIRECTORY",
  "AWS_CREDENTIAL_PROFILES_FILE",
  "AWS_EC2_METADATA_SERVICE_ENDPOINT",
  "AWS_MCP_PROXY_PROFILES",
  "AWS_VAULT_FILE_PASSPHRASE",
  "AWS_MASTER_ROLE_ARN",
  "AWS_MASTER_ROLE_EXTERNAL_ID",
  "AGENT_ROLES_SECRET_ID",
  "AGENT_ROLES_SESSION_TAGS",
  "AWS_ROLE_2",
  "AWS_ROLE_2_EXTERNAL_ID",
  "AWS_ROLE_12",
  "AWS_ROLE_99_ACCESS",
  "BOTO_CONFIG",
  "EC2_SECRET_KEY",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  "ACTIONS_ID_TOKEN_REQUEST_URL",
  "BITBUCKET_STEP_OIDC_TOKEN",
  "CIRCLE_OIDC_TOKEN_V2",
  "CI_JOB_JWT_V2",
  "TFC_WORKLOAD_IDENTITY_TOKEN",
  "BUILDKITE_AGENT_ACCESS_TOKEN",
  "aws_access_key_id",
])("removes %s", (name) => {
  expect(environment(["One"], { [name]: "x" })).not.toHaveProperty(name);
});

it.each([
  "AWS_ENDPOINT_URL",
  "AWS_ENDPOINT_URL_STS",
  "AWS_ENDPOINT_URL_SECRETS_MANAGER",
  "AWS_CA_BUNDLE",
  "AWS_USE_FIPS_ENDPOINT",
  "AWS_ACCOUNT_ID_ENDPOINT_MODE",
  "AWS_MAX_ATTEMPTS",
  "AWS_PAGER",
  "AWS_KMS_KEY_ID",
  "AWS_S3_BUCKET",
  "HTTPS_PROXY",
  "no_proxy",
  "NODE_EXTRA_CA_CERTS",
  "PATH",
  "HOME",
  "GITHUB_TOKEN",
  "AWS_ROLE_1",
  "AWS_ROLE_1_EXTERNAL_ID",
])("keeps %s", (name) => {
  const value = environment(["One"])[name] ?? "x";
  expect(environment(["One"], { [name]: value })[name]).toBe(value);
});

it("selects the profile and its Region when there is one profile", () => {
  const ambient = { AWS_PROFILE: "master", AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-east-1" };
  expect(environment(["One"], ambient)).toMatchObject({
    AWS_PROFILE: "One",
    AWS_REGION: "eu-west-1",
    AWS_DEFAULT_REGION: "eu-west-1",
  });
  expect(environment(["Two"], ambient)).toMatchObject({ AWS_PROFILE: "Two", AWS_REGION: "us-east-1" });
});

it("selects no profile when there are several", () => {
  const both = environment(["One", "Two"], { AWS_PROFILE: "master", AWS_REGION: "us-east-1" });
  expect(both).not.toHaveProperty("AWS_PROFILE");
  expect(both).toMatchObject({ AWS_REGION: "us-east-1", AWS_ROLE_1: ROLES.AWS_ROLE_1, AWS_ROLE_2: ROLES.AWS_ROLE_2 });
});

it("numbers the roles of the command without a gap", () => {
  const given = environment(["Two", "Twelve"]);
  expect(given).toMatchObject({
    AWS_ROLE_1: ROLES.AWS_ROLE_2,
    AWS_ROLE_1_EXTERNAL_ID: "secret-2",
    AWS_ROLE_2: ROLES.AWS_ROLE_12,
  });
  expect(parseRoleEnv(given)).toMatchObject({ roles: [{ profile: "Two" }, { profile: "Twelve" }], warnings: [] });
});

it("names the private files, and turns instance metadata off", () => {
  expect(environment(["One"], { AWS_CONFIG_FILE: "/master", AWS_EC2_METADATA_DISABLED: "false" })).toMatchObject({
    AWS_CONFIG_FILE: "/d/config",
    AWS_SHARED_CREDENTIALS_FILE: "/d/credentials",
    AGENT_ROLES_CACHE_DIR: "/d",
    AWS_EC2_METADATA_DISABLED: "true",
  });
});
