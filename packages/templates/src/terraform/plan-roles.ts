import type { TrustRole } from "@agent-roles/trust";
import type { ParsedFile } from "../collect-inputs.ts";
import { isObject } from "../recognize.ts";
import { finishRole } from "../role-builder.ts";
import { TrustInputError } from "../trust-input-error.ts";
import { knownAfterApply } from "./known-after-apply.ts";
import { ofType, type Plan } from "./plan.ts";
import { addOwnPolicies, attach } from "./plan-attachments.ts";
import { planEnvironment } from "./plan-environment.ts";
import { planResources } from "./plan-resources.ts";
import { startPlanRole } from "./plan-role.ts";
import { unreadPlanRoles } from "./plan-unread.ts";
import { followReferences } from "./references.ts";

/**
 * The roles of `terraform show -json`, of a plan or a state. What is known only after apply is followed through the
 * configuration where it refers to another resource of the plan; else it reads `${…}` and is noted.
 *
 * @throws {TrustInputError} when planning has failed: such a plan lacks what Terraform did not come to.
 * @see https://developer.hashicorp.com/terraform/internals/json-format
 */
export function planRoles({ value, file }: ParsedFile): readonly TrustRole[] {
  const document = isObject(value) ? value : {};
  if (document["errored"] === true) throw failed(file);
  const resources = planResources(document);
  const environment = planEnvironment(resources);
  const roles = ofType(resources, "aws_iam_role").map((resource) => startPlanRole(resource, environment, file));
  const isKnownAfterApply = knownAfterApply(document);
  const plan: Plan = { resources, follow: followReferences(document), roles, isKnownAfterApply };
  for (const role of roles) addOwnPolicies(role, plan);
  for (const resource of resources) attach(resource, plan);
  return [...roles.map(finishRole), ...unreadPlanRoles(resources, environment, file)];
}

function failed(file: string): TrustInputError {
  const message = "Terraform could not finish the plan (`errored`), so it may lack roles";
  return new TrustInputError("InvalidTemplate", [
    { file, message, fix: "correct what `terraform plan` says, plan again" },
  ]);
}
