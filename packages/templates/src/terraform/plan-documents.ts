import type { PolicyDocument } from "@agent-roles/trust";
import { addPolicy, policyFromText, type PolicyKind, type RoleBuilder } from "../role-builder.ts";

/** Gives the role a policy; one that is known only after apply is noted. */
export function addDocument(role: RoleBuilder, policy: unknown, address: string, kind: PolicyKind): void {
  const at = `identityPolicies[${role.identityPolicies.length}]`;
  if (typeof policy !== "string")
    role.unknowns.push({
      path: at,
      expression: address,
      assumed: "nothing: the policy is known after apply",
    });
  addPolicy(role, documentOf(policy, address), kind);
}

/** A policy from its text, or one of which nothing is known. */
export function documentOf(policy: unknown, address: string): PolicyDocument {
  return typeof policy === "string" ? policyFromText(policy) : unknownDocument(`${address}.policy`);
}

/** What stands for a policy that is known only after apply. */
export function unknownDocument(expression: string): PolicyDocument {
  return { Statement: `\${${plain(expression)}}` };
}

/** An address as it may stand in an ARN. */
export function plain(address: string): string {
  return address.replaceAll(/[^\w.-]+/gu, ".");
}
