import type { Sandbox } from "@agent-roles/sandbox";
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetCallerIdentityCommand,
  STSClient,
  STSServiceException,
} from "@aws-sdk/client-sts";

export const MASTER = "123456789012";
export const OTHER = "123456789013";

/** What templates with named roles need. */
export const NAMED_IAM: { readonly Capabilities: ["CAPABILITY_NAMED_IAM"] } = {
  Capabilities: ["CAPABILITY_NAMED_IAM"],
};

/** Keys as STS and IAM give them. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What every client here is made with. */
export interface ClientOptions {
  readonly region: string;
  readonly endpoint: string;
  readonly credentials: Keys;
  /** One: a retry would use a fault up, or hide it. */
  readonly maxAttempts: number;
}

/** Options of a client that asks once. */
export function clientOptions(endpoint: string, credentials: Keys): ClientOptions {
  return { region: "us-east-1", endpoint, credentials, maxAttempts: 1 };
}

/** IAM of an account, as its administrator. */
export function iamOf(sandbox: Sandbox, accountId: string): IAMClient {
  return new IAMClient(clientOptions(sandbox.endpoint, sandbox.admin(accountId)));
}

/** A trust policy: the master account's agent role, with these fields on top. */
export function trusts(statement: object = {}): string {
  const allow = {
    Effect: "Allow",
    Principal: { AWS: `arn:aws:iam::${MASTER}:root` },
    Action: "sts:AssumeRole",
    Condition: { ArnEquals: { "aws:PrincipalArn": `arn:aws:iam::${MASTER}:role/agents/agent` } },
  };
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ ...allow, ...statement }] });
}

/** An identity policy that allows these actions on everything. */
export function allows(...Action: string[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", Action, Resource: "*" }] });
}

/** Makes the role that an agent works as: the master account's administrator can assume it, and it can assume others. */
export async function createAgent(sandbox: Sandbox, ...actions: readonly string[]): Promise<string> {
  const iam = iamOf(sandbox, MASTER);
  const AssumeRolePolicyDocument = trusts({
    Condition: {},
    Action: ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"],
  });
  await iam.send(
    new CreateRoleCommand({
      RoleName: "agent",
      Path: "/agents/",
      AssumeRolePolicyDocument,
      MaxSessionDuration: 43_200,
    }),
  );
  const PolicyDocument = allows("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity", ...actions);
  const { Policy } = await iam.send(new CreatePolicyCommand({ PolicyName: "may-assume", PolicyDocument }));
  await iam.send(new AttachRolePolicyCommand({ RoleName: "agent", PolicyArn: Policy?.Arn }));
  return `arn:aws:iam::${MASTER}:role/agents/agent`;
}

/** Makes a role in the other account and gives its ARN. */
export async function createTarget(
  sandbox: Sandbox,
  RoleName: string,
  AssumeRolePolicyDocument: string = trusts(),
  extra: { readonly MaxSessionDuration?: number; readonly identityPolicy?: string } = {},
): Promise<string> {
  const { identityPolicy, ...role } = extra;
  const iam = iamOf(sandbox, OTHER);
  await iam.send(new CreateRoleCommand({ RoleName, Path: "/agent-roles/", AssumeRolePolicyDocument, ...role }));
  if (identityPolicy !== undefined) {
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "inline", PolicyDocument: identityPolicy }));
  }
  return `arn:aws:iam::${OTHER}:role/agent-roles/${RoleName}`;
}

/** Assumes a role and gives the session's keys. */
export async function assume(
  endpoint: string,
  caller: Keys,
  RoleArn: string,
  extra: Partial<AssumeRoleCommandInput> = {},
): Promise<Keys & { readonly expiration: Date }> {
  const sts = new STSClient(clientOptions(endpoint, caller));
  const { Credentials } = await sts.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: "work", ...extra }));
  if (
    !Credentials?.AccessKeyId ||
    !Credentials.SecretAccessKey ||
    !Credentials.SessionToken ||
    !Credentials.Expiration
  ) {
    throw new Error("STS answered without credentials");
  }
  return {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
    expiration: Credentials.Expiration,
  };
}

/** `allowed`, or the code that STS refuses with. */
export async function outcome(...call: Parameters<typeof assume>): Promise<string> {
  return refusal(assume(...call));
}

/** `allowed`, or the code of the exception. */
export async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "allowed";
  } catch (error) {
    if (error instanceof STSServiceException) return error.name;
    throw error;
  }
}

/** The ARN that the keys belong to. */
export async function whoAmI(endpoint: string, keys: Keys): Promise<string | undefined> {
  return (await new STSClient(clientOptions(endpoint, keys)).send(new GetCallerIdentityCommand({}))).Arn;
}
