import {
  AttachRolePolicyCommand,
  AttachUserPolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  type IAMClient,
} from "@aws-sdk/client-iam";
import type { IamClients } from "./iam/iam-client.ts";

/** Long-term keys of an administrator. */
export interface AdminKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const ADMIN_USER = "sandbox-admin";
const ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess";

/**
 * Gives every account an administrator and the role that an organization's management account deploys through.
 *
 * @returns the administrators' keys by account.
 * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
 */
export async function setUpAccounts(
  clients: IamClients,
  accounts: readonly string[],
  deployRoleName: string,
): Promise<ReadonlyMap<string, AdminKeys>> {
  const [management = ""] = accounts;
  const keys = await Promise.all(
    accounts.map(async (account) => {
      const iam = clients.of(account, "aws");
      const [admin] = await Promise.all([createAdmin(iam), createDeployRole(iam, deployRoleName, management)]);
      return [account, admin] as const;
    }),
  );
  return new Map(keys);
}

async function createAdmin(iam: IAMClient): Promise<AdminKeys> {
  const UserName = ADMIN_USER;
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new AttachUserPolicyCommand({ UserName, PolicyArn: ADMINISTRATOR_ACCESS }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? "", secretAccessKey: AccessKey?.SecretAccessKey ?? "" };
}

async function createDeployRole(iam: IAMClient, RoleName: string, management: string): Promise<void> {
  const trust = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { AWS: `arn:aws:iam::${management}:root` }, Action: "sts:AssumeRole" }],
  };
  await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) }));
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: ADMINISTRATOR_ACCESS }));
}
