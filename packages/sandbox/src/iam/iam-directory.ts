import type { PolicyDocument } from "@agent-roles/trust";
import {
  GetAccessKeyLastUsedCommand,
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  GetUserCommand,
  type IAMClient,
  ListAccessKeysCommand,
  NoSuchEntityException,
} from "@aws-sdk/client-iam";
import type { IamClients } from "./iam-client.ts";
import { managedPolicy, parseDocument, rolePolicies, userPolicies } from "./policy-documents.ts";

/** What IAM knows about a role, as it is at this moment. */
export interface IamRole {
  readonly arn: string;
  readonly roleId: string;
  readonly trustPolicy: PolicyDocument;
  readonly maxSessionDuration: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** An IAM user whose access key is active. */
export interface IamUser {
  readonly arn: string;
  readonly userId: string;
  readonly userName: string;
  readonly accountId: string;
}

/** What limits and grants a principal. */
export interface IdentityPolicies {
  readonly identityPolicies: readonly PolicyDocument[];
  readonly permissionsBoundary?: PolicyDocument;
  readonly tags: Readonly<Record<string, string>>;
}

/** Reads IAM anew on every call: tests change a trust policy and expect the next AssumeRole to see it. */
export interface IamDirectory {
  /** `undefined` when the account has no role of that name and path. */
  role(role: RoleRef): Promise<IamRole | undefined>;
  rolePolicies(role: RoleRef): Promise<IdentityPolicies>;
  userPolicies(user: IamUser): Promise<IdentityPolicies>;
  /** The document in force of a managed policy that the role's account can see; `{}` when there is none. */
  managedPolicy(role: RoleRef, policyArn: string): Promise<PolicyDocument>;
  /** The audiences that an OIDC provider accepts; `undefined` when the account has no such provider. */
  oidcClientIds(role: RoleRef, providerArn: string): Promise<readonly string[] | undefined>;
  /** The user that an access key of one of these accounts belongs to; `undefined` when unknown or inactive. */
  userOf(accessKeyId: string, accountIds: readonly string[]): Promise<IamUser | undefined>;
}

export interface RoleRef {
  readonly arn: string;
  readonly partition: string;
  readonly accountId: string;
  readonly roleName: string;
}

/** Reads roles, users and policies from moto's IAM. */
export function iamDirectory(clients: IamClients): IamDirectory {
  // A key stays in its account for as long as it lives; whether it lives is asked each time.
  const accountOfKey = new Map<string, string>();
  return {
    async role(ref) {
      const role = await readRole(clients.of(ref.accountId, ref.partition), ref);
      return (
        role && {
          arn: ref.arn,
          roleId: role.RoleId ?? "",
          trustPolicy: parseDocument(role.AssumeRolePolicyDocument),
          maxSessionDuration: role.MaxSessionDuration ?? 3600,
          tags: tagsOf(role.Tags),
        }
      );
    },
    async rolePolicies(ref) {
      const iam = clients.of(ref.accountId, ref.partition);
      const role = await readRole(iam, ref);
      // A session outlives its role, but not the role's permissions.
      if (!role) return { identityPolicies: [], tags: {} };
      return identity(iam, rolePolicies(iam, ref.roleName), role);
    },
    async userPolicies({ arn, accountId, userName }) {
      const iam = clients.of(accountId, arn.split(":")[1] ?? "aws");
      const { User } = await iam.send(new GetUserCommand({ UserName: userName }));
      return identity(iam, userPolicies(iam, userName), User ?? {});
    },
    async managedPolicy(ref, policyArn) {
      const iam = clients.of(ref.accountId, ref.partition);
      return (await orUndefined(managedPolicy(iam, policyArn))) ?? {};
    },
    async oidcClientIds(ref, OpenIDConnectProviderArn) {
      const iam = clients.of(ref.accountId, ref.partition);
      const provider = await orUndefined(iam.send(new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn })));
      return provider && (provider.ClientIDList ?? []);
    },
    async userOf(accessKeyId, accountIds) {
      const known = accountOfKey.get(accessKeyId);
      for (const accountId of known === undefined ? accountIds : [known]) {
        const user = await readUser(clients.of(accountId, "aws"), accessKeyId, accountId);
        if (user) {
          accountOfKey.set(accessKeyId, accountId);
          return user;
        }
      }
      return undefined;
    },
  };
}

interface Principal {
  readonly PermissionsBoundary?: { readonly PermissionsBoundaryArn?: string | undefined } | undefined;
  readonly Tags?: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined;
}

async function identity(
  iam: IAMClient,
  policies: Promise<PolicyDocument[]>,
  principal: Principal,
): Promise<IdentityPolicies> {
  const boundaryArn = principal.PermissionsBoundary?.PermissionsBoundaryArn;
  const [identityPolicies, permissionsBoundary] = await Promise.all([
    policies,
    boundaryArn === undefined ? undefined : managedPolicy(iam, boundaryArn),
  ]);
  return { identityPolicies, ...(permissionsBoundary && { permissionsBoundary }), tags: tagsOf(principal.Tags) };
}

async function readRole(iam: IAMClient, ref: RoleRef) {
  const found = await orUndefined(iam.send(new GetRoleCommand({ RoleName: ref.roleName })));
  return found?.Role?.Arn === ref.arn ? found.Role : undefined;
}

async function readUser(iam: IAMClient, accessKeyId: string, accountId: string): Promise<IamUser | undefined> {
  // moto finds the key in whichever account; whether the user is this account's is seen from the key's list.
  const lastUsed = await orUndefined(iam.send(new GetAccessKeyLastUsedCommand({ AccessKeyId: accessKeyId })));
  if (!lastUsed?.UserName) return undefined;
  const UserName = lastUsed.UserName;
  const [keys, found] = await Promise.all([
    orUndefined(iam.send(new ListAccessKeysCommand({ UserName }))),
    orUndefined(iam.send(new GetUserCommand({ UserName }))),
  ]);
  const key = keys?.AccessKeyMetadata?.find((candidate) => candidate.AccessKeyId === accessKeyId);
  if (key?.Status !== "Active" || !found?.User?.Arn) return undefined;
  return { arn: found.User.Arn, userId: found.User.UserId ?? "", userName: UserName, accountId };
}

function tagsOf(tags: Principal["Tags"]): Record<string, string> {
  return Object.fromEntries((tags ?? []).map(({ Key, Value }) => [Key ?? "", Value ?? ""]));
}

async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof NoSuchEntityException) return undefined;
    throw error;
  }
}
