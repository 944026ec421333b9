import {
  type Named,
  type NamedAction,
  type ResourceLookup,
  type ServiceRequest,
  unknownResource,
} from "./named-request.ts";
import { readQuery } from "./query-protocol.ts";

/** Actions without a resource. */
const WITHOUT_RESOURCE =
  /^(?:List(?:Roles|Users|Groups|Policies|InstanceProfiles|AccountAliases|OpenIDConnectProviders|SAMLProviders|ServerCertificates|VirtualMFADevices)|GetAccount(?:AuthorizationDetails|PasswordPolicy|Summary)|(?:Generate|Get)CredentialReport|(?:Create|Delete)AccountAlias|(?:Update|Delete)AccountPasswordPolicy)$/;

/** Parameters that name the resource of an action, in order, and the resource type of their values. */
const NAMES = [
  ["RoleName", "role"],
  ["UserName", "user"],
  ["GroupName", "group"],
  ["InstanceProfileName", "instance-profile"],
] as const;
const ARNS = ["PolicyArn", "OpenIDConnectProviderArn", "SAMLProviderArn"];

/**
 * Names a call of IAM.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
 */
export async function nameIam(asked: ServiceRequest, lookup: Pick<ResourceLookup, "iamArn">): Promise<Named> {
  const parameters = readQuery(asked.request, asked.body);
  if (typeof parameters === "string") return parameters;
  const action = parameters.get("Action") ?? "";
  const arnOf = (type: string, name: string): string => `arn:aws:iam::${asked.accountId}:${type}${name}`;
  const existing = async (type: string, name: string): Promise<string> =>
    (await lookup.iamArn(asked.accountId, type, name)) ?? arnOf(`${type}/`, name);
  const named = (resource: string): NamedAction => ({
    action: `iam:${action}`,
    resource,
    context: conditionKeys(parameters),
  });

  if (WITHOUT_RESOURCE.test(action)) return [named("*")];
  if (action === "AddUserToGroup" || action === "RemoveUserFromGroup") {
    return [named(await existing("group", parameters.get("GroupName") ?? ""))];
  }
  if (action === "AddRoleToInstanceProfile" || action === "RemoveRoleFromInstanceProfile") {
    const profile = named(await existing("instance-profile", parameters.get("InstanceProfileName") ?? ""));
    if (action === "RemoveRoleFromInstanceProfile") return [profile];
    return [profile, { action: "iam:PassRole", resource: await existing("role", parameters.get("RoleName") ?? "") }];
  }
  if (action.startsWith("CreateServiceLinkedRole")) return "its role has a name that AWS chooses";
  for (const [parameter, type] of NAMES) {
    const name = parameters.get(parameter);
    if (name === undefined) continue;
    const isCreated = action === `Create${parameter.slice(0, -4)}`;
    return [named(isCreated ? arnOf(type, (parameters.get("Path") ?? "/") + name) : await existing(type, name))];
  }
  if (action === "CreatePolicy") {
    return [named(arnOf("policy", (parameters.get("Path") ?? "/") + (parameters.get("PolicyName") ?? "")))];
  }
  for (const parameter of ARNS) {
    const arn = parameters.get(parameter);
    if (arn !== undefined) return [named(arn)];
  }
  if (action === "CreateOpenIDConnectProvider") {
    return [named(arnOf("oidc-provider/", (parameters.get("Url") ?? "").replace(/^https:\/\//, "")))];
  }
  if (action === "CreateSAMLProvider") return [named(arnOf("saml-provider/", parameters.get("Name") ?? ""))];
  if (OWN_USER.has(action) && asked.userArn !== undefined) return [named(asked.userArn)];
  return unknownResource(`iam:${action}`);
}

/** Actions that concern the caller's own user when they name none. */
const OWN_USER: ReadonlySet<string> = new Set([
  "GetUser",
  "ListAccessKeys",
  "CreateAccessKey",
  "DeleteAccessKey",
  "UpdateAccessKey",
  "ListMFADevices",
  "ChangePassword",
]);

function conditionKeys(parameters: ReadonlyMap<string, string>): Record<string, string> {
  const [policy, boundary] = [parameters.get("PolicyArn"), parameters.get("PermissionsBoundary")];
  return {
    ...(policy !== undefined && { "iam:PolicyARN": policy }),
    ...(boundary !== undefined && { "iam:PermissionsBoundary": boundary }),
  };
}
