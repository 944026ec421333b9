import type { RoleEnv, TargetRole } from "./target-role.ts";

/**
 * Writes the variables that {@link parseRoleEnv} reads: `parseRoleEnv(formatRoleEnv(x))` gives `x` again.
 *
 * @returns variable names and values, unquoted, in a stable order.
 */
export function formatRoleEnv(env: RoleEnv): Record<string, string> {
  const variables: Record<string, string> = {};
  const set = (name: string, value: string | undefined): void => {
    if (value !== undefined) variables[name] = value;
  };
  for (const role of env.roles) Object.assign(variables, formatTargetRole(role));
  set("AWS_MASTER_ROLE_ARN", env.master?.role.arn);
  set("AWS_MASTER_ROLE_EXTERNAL_ID", env.master?.externalId);
  set("AGENT_ROLES_SESSION_NAME", env.roleSessionName);
  set("AGENT_ROLES_SOURCE_IDENTITY", env.sourceIdentity);
  if (env.sessionTags) {
    set(
      "AGENT_ROLES_SESSION_TAGS",
      Object.entries(env.sessionTags)
        .map(([key, value]) => `${key}=${value}`)
        .join(","),
    );
  }
  return variables;
}

// An apostrophe in JSON gets its escape: dotenv files quote with apostrophes.
function formatTargetRole(role: TargetRole): Record<string, string> {
  const name = `AWS_ROLE_${role.number}`;
  const values: Record<string, string | undefined> = {
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
  return Object.fromEntries(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
