import type { PolicyDocument } from "@agent-roles/iam";
import type { MotoServer } from "../moto/launch-moto.ts";

/** Policies and tags of a principal. */
interface Identity {
  readonly arn: string;
  /** Inline and attached policies, including those of a user's groups. */
  readonly identityPolicies: readonly PolicyDocument[];
  readonly tags: Readonly<Record<string, string>>;
}

/** An IAM role. */
export interface IamRole extends Identity {
  /** `AROA…` */
  readonly roleId: string;
  readonly trustPolicy: PolicyDocument;
  /** Milliseconds since the epoch, by this machine's clock. */
  readonly createdMs: number;
  /** Seconds. */
  readonly maxSessionDuration: number;
  readonly permissionsBoundary?: PolicyDocument;
}

/** An IAM user whose access key is active. */
export interface IamUser extends Identity {
  readonly userId: string;
  readonly accountId: string;
  /** The secret access key of the key ID in the lookup. */
  readonly secretAccessKey: string;
}

/** A role ARN and its parts. */
export interface RoleRef {
  readonly arn: string;
  readonly partition: string;
  readonly accountId: string;
  readonly roleName: string;
}

/** Long-term access key of an administrator. */
export interface AdminKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The current state of IAM. Nothing is cached: a test changes a policy and expects the next call to see it. */
export interface IamState {
  /** `undefined` when the account has no role of that name and path. */
  role(role: RoleRef): Promise<IamRole | undefined>;
  /** The owner of an access key; `undefined` when the key is unknown or inactive. */
  userOf(accessKeyId: string): Promise<IamUser | undefined>;
  /** The default version of a managed policy that the role's account can use. */
  managedPolicy(role: RoleRef, policyArn: string): Promise<PolicyDocument | undefined>;
  /** The client IDs of an OIDC provider in the role's account; `undefined` when there is no such provider. */
  oidcClientIds(role: RoleRef, providerArn: string): Promise<readonly string[] | undefined>;
  /** ARN of a `role`, `user`, `group` or `instance-profile` by its name. */
  iamArn(accountId: string, kind: string, name: string): Promise<string | undefined>;
  /** ARN of a secret by its name, or by an ARN without the random end. */
  secretArn(accountId: string, region: string, id: string): Promise<string | undefined>;
  /** The owner of a bucket, and the bucket's policy. */
  bucket(name: string): Promise<{ resourceAccount: string; resourcePolicy?: PolicyDocument } | undefined>;
  /**
   * Creates an account's administrator and the role that the management account assumes to deploy.
   *
   * @see https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_access.html
   */
  setUpAccount(accountId: string, management: string, deployRole: string): Promise<AdminKeys>;
}

/**
 * Reads IAM's state from moto's process (`python/iam_state.py`) in one request; IAM's API needs seven for a role.
 *
 * Every method throws an `Error` when moto does not answer.
 */
export function iamState({ endpoint, gatewayToken }: Pick<MotoServer, "endpoint" | "gatewayToken">): IamState {
  // Both sides are released together, so the answer has this shape.
  const ask = async <T>(what: string, query: Record<string, string>): Promise<T | undefined> => {
    const url = `${endpoint}/${what}?${new URLSearchParams(query).toString()}`;
    const response = await fetch(url, { headers: { "x-sandbox-token": gatewayToken } });
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`moto answered ${response.status} to a lookup of ${what}`);
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
    iamArn: (account, kind, name) => ask<string>("arn", { account, kind, name }),
    secretArn: (account, region, id) => ask<string>("secret", { account, region, id }),
    bucket: (name) => ask("bucket", { name }),
    async setUpAccount(account, management, deployRole) {
      const keys = await ask<AdminKeys>("set-up", { account, management, deployRole });
      if (!keys) throw new Error(`moto did not create the administrator of ${account}`);
      return keys;
    },
  };
}
