import type { ProfileStatus } from "@agent-roles/runtime";

/** The fixed shape of `list --json`: every field always there, what is not known is null. */
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
    status: status.status,
    expiration: expiration?.toISOString() ?? null,
    ...(failure && { failure }),
  };
}
