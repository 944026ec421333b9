import type {
  GetAccountAuthorizationDetailsResponse,
  IAMClientConfig,
  ManagedPolicyDetail,
  RoleDetail,
} from "@aws-sdk/client-iam";
import type { PolicyDocument, TrustRole } from "@agent-roles/trust";
import { attachByArn, finishRole, policyFromText, startRole } from "../role-builder.ts";
import { TrustInputError } from "../trust-input-error.ts";

/** How the live account is reached; everything left out comes from the environment. */
export type LiveOptions = Pick<IAMClientConfig, "credentials" | "endpoint" | "region">;

/**
 * The roles of the account whose credentials are used, with the text of every attached policy. Read-only: it takes
 * `iam:GetAccountAuthorizationDetails` and nothing else. Roles of AWS services (`/aws-service-role/`) are AWS's own and left out.
 *
 * @throws {TrustInputError} when IAM cannot be asked.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountAuthorizationDetails.html
 */
export async function readLiveRoles(options: LiveOptions): Promise<TrustRole[]> {
  const roles: RoleDetail[] = [];
  const policies = new Map<string, PolicyDocument>();
  for await (const page of details(options)) {
    roles.push(
      ...(page.RoleDetailList ?? []).filter(({ Path: path }) => path?.startsWith("/aws-service-role/") !== true),
    );
    for (const policy of page.Policies ?? []) {
      const text = defaultVersion(policy);
      if (policy.Arn !== undefined && text !== undefined) policies.set(policy.Arn, policyFromUrl(text));
    }
  }
  return roles.map((role) => liveRole(role, policies));
}

async function* details(options: LiveOptions): AsyncIterable<GetAccountAuthorizationDetailsResponse> {
  // Loaded here, so that an offline check does not pay for the SDK.
  const { IAMClient, paginateGetAccountAuthorizationDetails } = await import("@aws-sdk/client-iam");
  const client = new IAMClient({ region: "us-east-1", ...options });
  try {
    yield* paginateGetAccountAuthorizationDetails(
      { client, pageSize: 1000 },
      { Filter: ["Role", "LocalManagedPolicy", "AWSManagedPolicy"] },
    );
  } catch (cause) {
    const message = `the account cannot be read: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : "unknown error"}`;
    const fix = "use credentials that may call iam:GetAccountAuthorizationDetails";
    throw new TrustInputError("LiveUnreadable", [{ file: "live", message, fix }], { cause });
  } finally {
    client.destroy();
  }
}

function liveRole(detail: RoleDetail, policies: ReadonlyMap<string, PolicyDocument>): TrustRole {
  const arn = detail.Arn ?? "";
  const role = startRole(arn, { file: "live", path: detail.RoleName ?? arn });
  role.trustPolicy = policyFromUrl(detail.AssumeRolePolicyDocument ?? "");
  for (const { PolicyDocument: text } of detail.RolePolicyList ?? [])
    role.identityPolicies.push(policyFromUrl(text ?? ""));
  for (const { PolicyArn: policyArn = "" } of detail.AttachedManagedPolicies ?? []) {
    const document = policies.get(policyArn);
    if (document === undefined) attachByArn(role, policyArn);
    else role.identityPolicies.push(document);
  }
  const boundaryArn = detail.PermissionsBoundary?.PermissionsBoundaryArn;
  const boundary = boundaryArn === undefined ? undefined : policies.get(boundaryArn);
  if (boundary !== undefined) role.permissionsBoundary = boundary;
  else if (boundaryArn !== undefined) {
    role.unknowns.push({
      path: "permissionsBoundary",
      expression: boundaryArn,
      assumed: "no boundary: IAM did not list its text",
    });
  }
  role.unknowns.push({
    path: "maxSessionDuration",
    expression: "GetAccountAuthorizationDetails",
    assumed: "3600: IAM does not list it here",
  });
  role.tags = Object.fromEntries((detail.Tags ?? []).map(({ Key: key = "", Value: value = "" }) => [key, value]));
  return finishRole(role);
}

function defaultVersion({ PolicyVersionList: versions }: ManagedPolicyDetail): string | undefined {
  return versions?.find(({ IsDefaultVersion: isDefault }) => isDefault === true)?.Document;
}

/** IAM gives documents URL-encoded. */
function policyFromUrl(text: string): PolicyDocument {
  try {
    return policyFromText(decodeURIComponent(text));
  } catch {
    // Some implementations of the API give plain JSON, in which a percent sign stands for itself.
    return policyFromText(text);
  }
}
