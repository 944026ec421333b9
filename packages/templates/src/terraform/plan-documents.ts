import type { PolicyDocument } from "@agent-roles/trust";
import { addPolicy, type PolicyKind } from "../role-builder.ts";
import type { Plan, PlanRole } from "./plan.ts";
import { documentFor } from "./plan-links.ts";
import type { PlanResource } from "./plan-resources.ts";
import { unknownDocument } from "./plain-address.ts";

/** Gives the role the policy of a resource; one that is known only after apply is noted. */
export function addDocument(role: PlanRole, resource: PlanResource, plan: Plan, kind: PolicyKind): void {
  const at = `identityPolicies[${role.identityPolicies.length}]`;
  addPolicy(role, documentOf(role, { resource, argument: "policy", at }, plan), kind);
}

/** A policy, or one of which nothing is known, which is noted. */
export function documentOf(
  role: PlanRole,
  place: { readonly resource: PlanResource; readonly argument: string; readonly at: string },
  plan: Plan,
): PolicyDocument {
  const document = documentFor(place, role, plan);
  if (document !== undefined) return document;
  const expression = `${place.resource.address}.${place.argument}`;
  role.unknowns.push({ path: place.at, expression, assumed: "nothing: it is known after apply" });
  return unknownDocument(expression);
}
