import { asRecord, isRecord } from "@agent-roles/iam";
import type { Diagnostic } from "@agent-roles/runtime/role-env";
import type { OidcClientIds, TrustRole } from "@agent-roles/trust";
import type { ParsedFile } from "../input-reader.ts";
import { startRole } from "../role-builder.ts";
import { ofType, type Plan, type PlanRole } from "./plan.ts";
import { plain } from "./plain-address.ts";
import { addOwnPolicies, attach } from "./plan-attachments.ts";
import { type PlanEnvironment, planEnvironment, resourceArn } from "./plan-environment.ts";
import { deferredChanges, objects, type PlanResource, planResources } from "./plan-resources.ts";
import { unreadPlanRoles } from "./plan-unread.ts";
import { followReferences, withoutKeys } from "./references.ts";

/** The roles of a plan; `problems` is that planning has failed, so that the plan can lack roles. */
export interface PlanRoles {
  readonly roles: readonly TrustRole[];
  /** Of the OIDC providers whose client IDs are known. */
  readonly oidcClientIds: readonly OidcClientIds[];
  readonly problems: readonly Diagnostic[];
}

/**
 * The roles of `terraform show -json`, of a plan or a state. What is known only after apply is followed through the
 * configuration where it refers to another resource of the plan; else it reads `${…}` and is noted.
 *
 * @param known - account and region that the plan is applied in, where it does not look them up itself.
 * @see https://developer.hashicorp.com/terraform/internals/json-format
 */
export function planRoles(
  { value, file }: Pick<ParsedFile, "value" | "file">,
  known: { readonly account?: string; readonly region?: string } = {},
): PlanRoles {
  const document = asRecord(value);
  const resources = planResources(document);
  const environment = planEnvironment(resources, known);
  const roles = ofType(resources, "aws_iam_role").map((resource) => startPlanRole(resource, environment, file));
  const isKnownAfterApply = knownAfterApply(document);
  const arnAt = (address: string): string | undefined => {
    const [resource, ...others] = resources.filter((each) => withoutKeys(each.address) === address);
    if (resource === undefined || others.length > 0) return undefined;
    return roles.find((role) => role.resource === resource)?.arn ?? resourceArn(resource, environment);
  };
  const plan: Plan = { resources, follow: followReferences(document), roles, arnAt, isKnownAfterApply };
  for (const role of roles) addOwnPolicies(role, plan);
  for (const resource of resources) attach(resource, plan);
  const oidcClientIds = resources
    .filter(({ type }) => type === "aws_iam_openid_connect_provider")
    .flatMap((provider) => {
      const { client_id_list: clientIds } = provider.values;
      const providerArn = resourceArn(provider, environment);
      return providerArn !== undefined && Array.isArray(clientIds)
        ? [{ providerArn, clientIds: clientIds.map(String) }]
        : [];
    });
  return {
    oidcClientIds,
    roles: [
      ...roles.map(({ resource: _resource, name: _name, ...role }) => role),
      ...unreadPlanRoles(resources, environment, file),
    ],
    problems: document["errored"] === true ? [failed(file)] : [],
  };
}

function failed(file: string): Diagnostic {
  const message = "Terraform could not finish the plan (`errored`), so it can lack roles";
  return { file, message, fix: "correct what `terraform plan` reports, and plan again" };
}

/** An `aws_iam_role` without its policies; what is known only after apply reads `${…}` and is noted. */
function startPlanRole(resource: PlanResource, { account, partition }: PlanEnvironment, file: string): PlanRole {
  const { values, address } = resource;
  const { arn, path, name: givenName, max_session_duration: seconds } = values;
  const name = typeof givenName === "string" ? givenName : `\${${plain(address)}}`;
  const made = `arn:${partition}:iam::${account}:role${typeof path === "string" ? path : "/"}${name}`;
  const role = startRole(typeof arn === "string" ? arn : made, { file, path: address });
  const note = (at: string, argument: string, assumed: string): void => {
    role.unknowns.push({ path: at, expression: `${address}.${argument}`, assumed, cause: "deployment" });
  };
  if (typeof givenName !== "string") note("arn", "name", `nothing (known after apply; here it is ${name})`);
  if (typeof arn !== "string" && account.startsWith("$"))
    note("arn", "arn", "one account, the same for the whole plan");
  if (typeof seconds === "number") role.maxSessionDuration = seconds;
  const tags = isRecord(values["tags_all"]) ? values["tags_all"] : values["tags"];
  const entries = Object.entries(asRecord(tags)).map(([key, tag]) => [key, String(tag)] as const);
  if (entries.length > 0) role.tags = Object.fromEntries(entries);
  return { ...role, resource, name };
}

/**
 * Finds the arguments whose value is known only after apply: a plan leaves them out of its values, where they look like
 * arguments that nobody wrote.
 *
 * @see https://developer.hashicorp.com/terraform/internals/json-format#change-representation
 */
function knownAfterApply(
  plan: Readonly<Record<string, unknown>>,
): (resource: PlanResource, argument: string) => boolean {
  const unknown = new Map(
    [...deferredChanges(plan), ...objects(plan["resource_changes"])].map(({ address, change }) => [
      address,
      isRecord(change) ? change["after_unknown"] : undefined,
    ]),
  );
  return ({ address }, argument) => {
    const after = unknown.get(address);
    return isRecord(after) && after[argument] === true;
  };
}
