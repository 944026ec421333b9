import { asList } from "@agent-roles/iam";
import type { PolicyDocument } from "@agent-roles/trust";
import { policyFromText } from "../role-builder.ts";
import { deferredDocument } from "./deferred-document.ts";
import { unknownDocument } from "./plain-address.ts";
import { ofType, type Plan, type PlanRole } from "./plan.ts";
import type { PlanResource } from "./plan-resources.ts";
import { withoutKeys } from "./references.ts";

/** The roles that an argument names, or refers to where their names are known only after apply. */
export function rolesFor(resource: PlanResource, argument: string, plan: Plan): readonly PlanRole[] {
  const names = asList(resource.values[argument]).filter((name) => typeof name === "string");
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

/**
 * The policy document of an argument. What is known only after apply is noted in the role, below `at`; if that is all of it, the
 * document is unknown.
 */
export function documentOf(
  role: PlanRole,
  { resource, argument, at }: { readonly resource: PlanResource; readonly argument: string; readonly at: string },
  plan: Plan,
): PolicyDocument {
  const text = resource.values[argument];
  if (typeof text === "string") return policyFromText(text);
  const sources = plan.resources.filter(({ type, isData }) => isData && type === "aws_iam_policy_document");
  const [source, ...others] = sameInstance(plan.follow(resource, argument), resource, sources);
  if (source === undefined || others.length > 0) {
    const expression = `${resource.address}.${argument}`;
    role.unknowns.push({ path: at, expression, assumed: "nothing (known after apply)" });
    return unknownDocument(expression);
  }
  const { document, unknowns } = deferredDocument(source, (path) =>
    plan.follow(source, ...path).flatMap((address) => plan.arnAt(address) ?? []),
  );
  role.unknowns.push(...unknowns.map((each) => ({ ...each, path: `${at}.${each.path}` })));
  return document;
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
