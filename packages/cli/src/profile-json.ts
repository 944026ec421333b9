import type { ProfileStatus } from "@agent-roles/runtime";

/** The fixed shape of `list --json`. Every field is present; unknown values are null. */
export function profileJson(status: ProfileStatus): Record<string, unknown> {
  const { profile, accountId, roleArn, region, environment, description, expiration, failure } = status;
  return {
    profile,
    accountId,
    roleArn,
    region: region ?? null,
    environment: environment ?? null,
    description: description ?? null,
    default: status.default,
    access: status.access,
    status: status.status,
    expiration: expiration?.toISOString() ?? null,
    ...(failure && { failure }),
  };
}
