import type { RoleArn } from "../role-env/index.ts";

/**
 * The longest session, in seconds, that a role session gets by assuming another role.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
 */
export const CHAINED_SECONDS = 3_600;

/**
 * Whether a caller's ARN, as GetCallerIdentity gives it, is a session of this role. Session ARNs drop the role's path, so
 * partition, account and name are compared.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
 */
export function isSessionOf(callerArn: string, role: RoleArn): boolean {
  const [, partition, accountId, roleName] =
    /^arn:([^:]+):sts::(\d{12}):assumed-role\/([^/]+)\/[^/]+$/.exec(callerArn) ?? [];
  return partition === role.partition && accountId === role.accountId && roleName === role.roleName;
}

/** Whether a caller's ARN, as GetCallerIdentity gives it, is some role's session. */
export function isRoleSession(callerArn: string): boolean {
  return /^arn:[^:]+:sts::\d{12}:assumed-role\//.test(callerArn);
}
