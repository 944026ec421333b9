import type { PolicyDocument } from "@agent-roles/trust";
import type { MotoServer } from "../moto/launch-moto.ts";

/** What grants and limits a principal. */
interface Identity {
  readonly arn: string;
  /** Inline and attached alike, those of a user's groups included. */
  readonly identityPolicies: readonly PolicyDocument[];
  readonly tags: Readonly<Record<string, string>>;
}

/** What IAM knows about a role. */
export interface IamRole extends Identity {
  /** `AROA…` */
  readonly roleId: string;
  readonly trustPolicy: PolicyDocument;
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly permissionsBoundary?: PolicyDocument;
}

/** An IAM user whose access key is active. */
export interface IamUser extends Identity {
  readonly userId: string;
  readonly accountId: string;
  /** The secret of the key that the user was found by. */
  readonly secretAccessKey: string;
}

/** A role as a caller names it. */
export interface RoleRef {
  readonly arn: string;
  readonly partition: string;
  readonly accountId: string;
  readonly roleName: string;
}

/** Long-term keys of an administrator. */
export interface AdminKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** IAM as it is at this moment: tests change a policy and expect the next call to see it, so nothing is kept. */
export interface IamDirectory {
  /** `undefined` when the account has no role of that name and path. */
  role(role: RoleRef): Promise<IamRole | undefined>;
  /** The user that an access key belongs to; `undefined` when it is unknown or inactive. */
  userOf(accessKeyId: string): Promise<IamUser | undefined>;
  /** The document in force of a managed policy that the role's account can see. */
  managedPolicy(role: RoleRef, policyArn: string): Promise<PolicyDocument | undefined>;
  /** The audiences that an OIDC provider of the role's account accepts; `undefined` when there is no such provider. */
  oidcClientIds(role: RoleRef, providerArn: string): Promise<readonly string[] | undefined>;
  /**
   * Gives an account its administrator, and the role that an organization's management account deploys through.
   *
   * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
   */
  setUpAccount(accountId: string, management: string, deployRole: string): Promise<AdminKeys>;
}

/**
 * Asks moto's process what its IAM knows (`python/directory.py`), past IAM's API, which would take seven calls for a role.
 *
 * Every look-up throws an `Error` when moto does not answer.
 */
export function iamDirectory({
  endpoint,
  directoryToken,
}: Pick<MotoServer, "endpoint" | "directoryToken">): IamDirectory {
  // Both sides are released together: an answer has the shape that is asked for here.
  const ask = async <T>(what: string, query: Record<string, string>): Promise<T | undefined> => {
    const url = `${endpoint}/_directory/${what}?${new URLSearchParams(query).toString()}`;
    const response = await fetch(url, { headers: { "x-directory-token": directoryToken } });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`moto answers ${response.status} when it is asked for a ${what}`);
    const answer: T = JSON.parse(await response.text());
    return answer;
  };
  return {
    async role({ accountId: account, partition, roleName: name, arn }) {
      const role = await ask<IamRole>("role", { account, partition, name });
      return role?.arn === arn ? role : undefined;
    },
    userOf: (key) => ask<IamUser>("user", { key }),
    managedPolicy: ({ accountId: account, partition }, arn) =>
      ask<PolicyDocument>("policy", { account, partition, arn }),
    oidcClientIds: ({ accountId: account, partition }, arn) =>
      ask<string[]>("oidc-client-ids", { account, partition, arn }),
    async setUpAccount(account, management, deployRole) {
      const keys = await ask<AdminKeys>("set-up", { account, management, deployRole });
      if (!keys) throw new Error(`moto did not set up ${account}`);
      return keys;
    },
  };
}
