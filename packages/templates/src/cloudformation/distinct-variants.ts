import { asList } from "@agent-roles/iam";
import type { PolicyDocument, TrustRole } from "@agent-roles/trust";
import type { RoleVariant } from "./template-role.ts";

/** What the variants make of a role, each once; `undefined` when it is the same in all. What they share is held once. */
export function distinctVariants(roles: readonly RoleVariant[]): TrustRole["variants"] | undefined {
  const statements = new Map<string, unknown>();
  const documents = new Map<string, PolicyDocument>();
  const variants = roles.map(({ trustPolicy, identityPolicies, managedPolicyArns, permissionsBoundary, tags }) => ({
    trustPolicy: {
      ...trustPolicy,
      Statement: asList(trustPolicy["Statement"]).map((each) => share(each, statements)),
    },
    identityPolicies: identityPolicies.map(({ document }) => share(document, documents)),
    managedPolicyArns,
    ...(permissionsBoundary && { permissionsBoundary: share(permissionsBoundary, documents) }),
    ...(Object.keys(tags).length > 0 && { tags }),
  }));
  const distinct = [...new Map(variants.map((variant) => [JSON.stringify(variant), variant])).values()];
  return distinct.length > 1 ? distinct : undefined;
}

function share<T>(value: T, held: Map<string, T>): T {
  const text = JSON.stringify(value);
  const first = held.get(text) ?? value;
  held.set(text, first);
  return first;
}
