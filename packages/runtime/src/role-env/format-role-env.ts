import type { RoleEnv, TargetRole } from "./target-role.ts";

/**
 * Writes the variables that {@link parseRoleEnv} reads: `parseRoleEnv(formatRoleEnv(x))` gives `x` again.
 *
 * @returns variable names and values, unquoted, in a stable order.
 */
export function formatRoleEnv(env: RoleEnv): Record<string, string> {
  const tags = Object.entries(env.sessionTags ?? {}).map(([key, value]) => `${key}=${value}`);
  const all = {
    ...Object.assign({}, ...env.roles.map(targetVariables)),
    AWS_MASTER_ROLE_ARN: env.master?.role.arn,
    AWS_MASTER_ROLE_EXTERNAL_ID: env.master?.externalId,
    AGENT_ROLES_SESSION_NAME: env.roleSessionName,
    AGENT_ROLES_SOURCE_IDENTITY: env.sourceIdentity,
    AGENT_ROLES_SESSION_TAGS: env.sessionTags && tags.join(","),
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

// An apostrophe in JSON gets its escape: dotenv files quote with apostrophes.
function targetVariables(role: TargetRole): Record<string, string | undefined> {
  const name = `AWS_ROLE_${role.number}`;
  return {
    [name]: `${role.role.arn}:${role.profile}`,
    [`${name}_EXTERNAL_ID`]: role.externalId,
    [`${name}_REGION`]: role.region,
    [`${name}_DURATION_SECONDS`]: role.durationSeconds?.toString(),
    [`${name}_ACCESS`]: role.access,
    [`${name}_SESSION_POLICY`]: role.sessionPolicy?.replaceAll("'", String.raw`\u0027`),
    [`${name}_SESSION_POLICY_ARNS`]: role.sessionPolicyArns?.join(","),
    [`${name}_DESCRIPTION`]: role.description,
    [`${name}_ENVIRONMENT`]: role.environment,
    [`${name}_DEFAULT`]: role.default && "true",
  };
}
