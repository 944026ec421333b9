import type { ProfileStatus } from "@agent-roles/runtime";

/** The fixed shape of `list --json`. Every field but `failure` is present; unknown values are null. */
export interface ProfileJson extends Pick<
  ProfileStatus,
  "profile" | "accountId" | "roleArn" | "default" | "access" | "status" | "failure"
> {
  readonly region: string | null;
  readonly environment: string | null;
  readonly description: string | null;
  /** RFC 3339, in UTC. */
  readonly expiration: string | null;
}

/** One profile as `list --json` prints it. */
export function profileJson(status: ProfileStatus): ProfileJson {
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
