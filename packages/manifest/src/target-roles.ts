import { definedOnly, formatRoleEnv, type RoleArn, type TargetRole } from "@agent-roles/runtime/role-env";
import type { Manifest, ManifestRole } from "./manifest.ts";

/** The ARN of the master role: known without AWS, because name and path are fixed. */
export function masterRoleArn({ partition, master }: Manifest): RoleArn {
  return roleArn(partition, master.account, master.path, master.roleName);
}

/** ARN of the role that deploys the stack of an account. */
export function deployRoleArn({ partition, accounts = [], deployRoleName }: Manifest, account: string): string {
  const name = accounts.find(({ id }) => id === account)?.deployRoleName ?? deployRoleName;
  return `arn:${partition}:iam::${account}:role/${name}`;
}

/** The target roles as the runtime knows them; number 1 is the first of `roles`. */
export function targetRoles({ partition, rolePath, roles }: Manifest): TargetRole[] {
  return roles.map((role, index) => ({
    number: index + 1,
    profile: role.profile,
    role: roleArn(partition, role.account, rolePath, role.roleName),
    ...options(role),
  }));
}

/**
 * The `AWS_ROLE_N…` values of a manifest, in the order of its roles. `AWS_MASTER_ROLE_ARN` is not among them:
 * the agent starts as the master role.
 */
export function manifestEnv(manifest: Manifest): Record<string, string> {
  return formatRoleEnv({ roles: targetRoles(manifest) });
}

// maxSessionDuration gives no _DURATION_SECONDS: it is 3600 or more, and STS caps a chained session at just that.
function options(role: ManifestRole): Omit<TargetRole, "number" | "profile" | "role"> {
  const { externalId, region, access, sessionPolicyArns, description, environment } = role;
  return {
    ...definedOnly({ externalId, region, access, sessionPolicyArns, description, environment }),
    ...(role.sessionPolicy !== undefined && { sessionPolicy: sessionPolicyJson(role.sessionPolicy) }),
    ...(role.default && { default: true }),
  };
}

/** The inline policy of AssumeRole. */
export function sessionPolicyJson(statements: readonly unknown[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

function roleArn(partition: string, accountId: string, path: string, roleName: string): RoleArn {
  return { arn: `arn:${partition}:iam::${accountId}:role${path}${roleName}`, partition, accountId, path, roleName };
}
