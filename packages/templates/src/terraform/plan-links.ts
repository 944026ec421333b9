import { ofType, type Plan, type PlanRole } from "./plan.ts";
import type { PlanResource } from "./plan-resources.ts";
import { withoutKeys } from "./references.ts";

/** The roles that an argument names, or refers to where their names are known only after apply. */
export function rolesFor(resource: PlanResource, argument: string, plan: Plan): readonly PlanRole[] {
  const given = resource.values[argument];
  const names = (Array.isArray(given) ? (given as readonly unknown[]) : [given]).filter(
    (name) => typeof name === "string",
  );
  if (names.length > 0) return plan.roles.filter(({ name }) => names.includes(name));
  const addresses = sameInstance(
    plan.follow(resource, argument),
    resource,
    plan.roles.map((role) => role.resource),
  );
  return plan.roles.filter((role) => addresses.includes(role.resource));
}

/** The policies of the plan that an ARN means, or an argument refers to where the ARN is known only after apply. */
export function policiesFor(
  resource: PlanResource,
  argument: string,
  arn: unknown,
  plan: Plan,
): readonly PlanResource[] {
  const policies = ofType(plan.resources, "aws_iam_policy");
  if (typeof arn === "string") return policies.filter(({ values }) => values["arn"] === arn);
  return sameInstance(plan.follow(resource, argument), resource, policies);
}

/** Of several instances, `count` and `for_each` pair those with the same key; without such a pair all are meant. */
function sameInstance(
  targets: readonly string[],
  from: PlanResource,
  all: readonly PlanResource[],
): readonly PlanResource[] {
  const meant = all.filter(({ address }) => targets.includes(withoutKeys(address)));
  const key = keysOf(from.address);
  const paired = meant.filter(({ address }) => keysOf(address) === key);
  return paired.length > 0 ? paired : meant;
}

function keysOf(address: string): string {
  return (address.match(/\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]/gu) ?? []).join("");
}
