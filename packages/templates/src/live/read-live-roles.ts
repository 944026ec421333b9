import type {
  EntityType,
  IAMClient,
  IAMClientConfig,
  ListRolesCommandOutput,
  ManagedPolicyDetail,
  RoleDetail,
} from "@aws-sdk/client-iam";
import type { OidcClientIds, PolicyDocument, TrustRole } from "@agent-roles/trust";
import { addPolicy, attachByArn, policyFromText, startRole } from "../role-builder.ts";
import { TrustInputError } from "../trust-input-error.ts";
import { liveProblem } from "./live-error.ts";

/** How one live account is reached; what is left out comes from the environment. */
export interface LiveAccount extends Pick<IAMClientConfig, "credentials" | "endpoint" | "region"> {
  /** For messages; also the profile of the AWS configuration files, where no credentials are given. */
  readonly profile?: string;
}

/** What IAM says of accounts. */
export interface LiveRoles {
  readonly roles: readonly TrustRole[];
  /** Of the OIDC providers that the roles trust. */
  readonly oidcClientIds: readonly OidcClientIds[];
}

/**
 * The roles of accounts, each with the text of every attached policy. Read-only: it takes `iam:GetAccountAuthorizationDetails`,
 * and where it is allowed `iam:ListRoles` for the longest sessions and `iam:GetOpenIDConnectProvider` for client IDs. Roles of AWS services (`/aws-service-role/`) are AWS's own and left
 * out; an account that is reached in two ways counts once.
 *
 * @throws {TrustInputError} `LiveUnreadable` with every account that could not be read.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
export async function readLiveRoles(accounts: readonly LiveAccount[]): Promise<LiveRoles> {
  const read = await Promise.allSettled(accounts.map((account) => readAccount(account)));
  const problems = read.flatMap((result, index) =>
    result.status === "rejected" ? [liveProblem(result.reason, accounts[index]?.profile)] : [],
  );
  if (problems.length > 0) throw new TrustInputError("LiveUnreadable", problems);
  const values = read.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  const roles = new Map(values.flatMap((each) => each.roles).map((role) => [role.arn, role]));
  return { roles: [...roles.values()], oidcClientIds: values.flatMap((each) => each.oidcClientIds) };
}

async function readAccount({ profile, credentials, endpoint, region = "us-east-1" }: LiveAccount): Promise<LiveRoles> {
  // Loaded here, so that an offline check does not pay for the SDK.
  const { IAMClient, paginateGetAccountAuthorizationDetails, paginateListRoles } = await import("@aws-sdk/client-iam");
  const identity = credentials ? { credentials } : { ...(profile !== undefined && { profile }) };
  const client = new IAMClient({ region, ...(endpoint !== undefined && { endpoint }), ...identity });
  try {
    const roles: RoleDetail[] = [];
    const policies = new Map<string, PolicyDocument>();
    const filter = { Filter: ["Role", "LocalManagedPolicy", "AWSManagedPolicy"] as EntityType[] };
    for await (const page of paginateGetAccountAuthorizationDetails({ client, pageSize: 1000 }, filter)) {
      roles.push(...(page.RoleDetailList ?? []).filter(({ Path: path }) => !isOfAService(path)));
      for (const policy of page.Policies ?? []) {
        const text = defaultVersion(policy);
        if (policy.Arn !== undefined && text !== undefined) policies.set(policy.Arn, policyFromUrl(text));
      }
    }
    const longest = await longestSessions(paginateListRoles({ client, pageSize: 1000 }, {}));
    const read = roles.map((role) => liveRole(role, policies, longest));
    return { roles: read, oidcClientIds: await clientIds(read, client) };
  } finally {
    client.destroy();
  }
}

function isOfAService(path: string | undefined): boolean {
  return path?.startsWith("/aws-service-role/") === true;
}

/** Seconds by ARN. Without permission to list roles, a role has AWS's default and a note. */
async function longestSessions(pages: AsyncIterable<ListRolesCommandOutput>): Promise<ReadonlyMap<string, number>> {
  const seconds = new Map<string, number>();
  try {
    for await (const { Roles: roles = [] } of pages) {
      for (const { Arn: arn, MaxSessionDuration: longest } of roles) {
        if (arn !== undefined && longest !== undefined) seconds.set(arn, longest);
      }
    }
  } catch (error) {
    if (!(error instanceof Error && error.name.startsWith("AccessDenied"))) throw error;
  }
  return seconds;
}

/** Providers that cannot be read, or do not exist, are left out. */
async function clientIds(roles: readonly TrustRole[], client: IAMClient): Promise<readonly OidcClientIds[]> {
  const { GetOpenIDConnectProviderCommand } = await import("@aws-sdk/client-iam");
  const policies = roles.map(({ trustPolicy }) => JSON.stringify(trustPolicy));
  const named = new Set(
    policies.flatMap((text) => text.match(/arn:[a-z-]+:iam::\d{12}:oidc-provider\/[^"\\]+/g) ?? []),
  );
  const found: OidcClientIds[] = [];
  for (const providerArn of named) {
    const command = new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: providerArn });
    const provider = await client.send(command).catch((error: unknown) => {
      if (error instanceof Error && /^(?:AccessDenied|NoSuchEntity|InvalidInput|ValidationError)/.test(error.name))
        return undefined;
      throw error;
    });
    const list = provider?.ClientIDList;
    if (list) found.push({ providerArn, clientIds: list });
  }
  return found;
}

function liveRole(
  detail: RoleDetail,
  policies: ReadonlyMap<string, PolicyDocument>,
  longest: ReadonlyMap<string, number>,
): TrustRole {
  const arn = detail.Arn ?? "";
  const role = startRole(arn, { file: "live", path: detail.RoleName ?? arn });
  role.trustPolicy = policyFromUrl(detail.AssumeRolePolicyDocument ?? "");
  for (const { PolicyDocument: text } of detail.RolePolicyList ?? [])
    addPolicy(role, policyFromUrl(text ?? ""), "inline");
  for (const { PolicyArn: policyArn = "" } of detail.AttachedManagedPolicies ?? []) {
    const document = policies.get(policyArn);
    if (document === undefined) attachByArn(role, policyArn);
    else addPolicy(role, document, policyArn.includes(":iam::aws:policy/") ? "aws" : "managed");
  }
  const boundaryArn = detail.PermissionsBoundary?.PermissionsBoundaryArn;
  const boundary = boundaryArn === undefined ? undefined : policies.get(boundaryArn);
  if (boundary !== undefined) role.permissionsBoundary = boundary;
  else if (boundaryArn !== undefined) {
    role.unknowns.push({
      path: "permissionsBoundary",
      expression: boundaryArn,
      assumed: "no boundary (IAM did not return its text)",
    });
  }
  const seconds = longest.get(arn);
  if (seconds !== undefined) role.maxSessionDuration = seconds;
  else {
    role.unknowns.push({
      path: "maxSessionDuration",
      expression: "iam:ListRoles",
      assumed: "3600 (these credentials are not allowed to list roles)",
    });
  }
  const tags = (detail.Tags ?? []).map(({ Key: key = "", Value: value = "" }) => [key, value] as const);
  if (tags.length > 0) role.tags = Object.fromEntries(tags);
  return role;
}

function defaultVersion({ PolicyVersionList: versions }: ManagedPolicyDetail): string | undefined {
  return versions?.find(({ IsDefaultVersion: isDefault }) => isDefault === true)?.Document;
}

/** IAM gives documents URL-encoded. */
function policyFromUrl(text: string): PolicyDocument {
  try {
    return policyFromText(decodeURIComponent(text));
  } catch {
    // Some implementations of the API return plain JSON, in which a percent sign is literal.
    return policyFromText(text);
  }
}
