import type { Diagnostic } from "@agent-roles/runtime/role-env";
import type { OidcClientIds, TrustRole } from "@agent-roles/trust";
import type { ParsedFile } from "../input-reader.ts";
import { isObject } from "../recognize.ts";
import { finishRole } from "../role-builder.ts";
import { knownAfterApply } from "./known-after-apply.ts";
import { ofType, type Plan } from "./plan.ts";
import { addOwnPolicies, attach } from "./plan-attachments.ts";
import { planEnvironment, resourceArn } from "./plan-environment.ts";
import { planResources } from "./plan-resources.ts";
import { startPlanRole } from "./plan-role.ts";
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
  const document = isObject(value) ? value : {};
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
    roles: [...roles.map(finishRole), ...unreadPlanRoles(resources, environment, file)],
    problems: document["errored"] === true ? [failed(file)] : [],
  };
}

function failed(file: string): Diagnostic {
  const message = "Terraform could not finish the plan (`errored`), so it can lack roles";
  return { file, message, fix: "correct what `terraform plan` reports, and plan again" };
}
