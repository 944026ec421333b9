import { asList, listOf, shared } from "@agent-roles/iam";
import type { PolicyDocument, SourceLocation, TrustRole, UnknownValue } from "@agent-roles/trust";
import { commonReadings, moveIndex, type VariantReading } from "./common-readings.ts";
import type { RoleVariant } from "./template-role.ts";

/**
 * One role of what it is in several variants: whatever any of them allows, because each can be the real one, and what all of them
 * deny. A boundary counts only when it is there in every variant.
 */
export function mergeVariants(
  readings: readonly [VariantReading, ...VariantReading[]],
  location: SourceLocation,
): TrustRole {
  const variants = readings.length === 1 ? undefined : distinctVariants(readings.map(({ role }) => role));
  const common = readings.length === 1 ? readings : commonReadings(readings);
  const { arn, tags } = readings[0].role;
  const trust = uniteStatements(common.map(({ role }) => role.trustPolicy));
  const identity = unite(common.map(({ role }) => role.identityPolicies));
  // Of policies that exclude each other, or are not whole, nobody can say how large they are together.
  const together =
    common === readings && common.every(({ role }) => role.identityPolicies.length === identity.items.length);
  const managed = unite(common.map(({ role }) => role.managedPolicyArns));
  const boundaries = common.map(({ role }) => role.permissionsBoundary).filter((boundary) => boundary !== undefined);
  const durations = common.flatMap(({ role }) => role.maxSessionDuration ?? []);
  const permissionsBoundary = boundaries.length === common.length ? uniteStatements(boundaries).document : undefined;
  const unknowns = new Map<string, UnknownValue>();
  common.forEach((reading, variant) => {
    const moves = [
      { list: "trustPolicy.Statement", to: trust.indexes[variant] },
      { list: "identityPolicies", to: identity.indexes[variant] },
      { list: "managedPolicyArns", to: managed.indexes[variant] },
    ];
    for (const note of reading.unknowns) {
      const path = moves.reduce((moved, { list, to }) => moveIndex(moved, list, to ?? []), note.path);
      unknowns.set(`${path}\n${note.expression}`, { ...note, path });
    }
  });
  return {
    arn,
    trustPolicy: trust.document,
    identityPolicies: identity.items.map(({ document }) => document),
    ...(together && { identityPolicyKinds: identity.items.map(({ kind }) => kind) }),
    managedPolicyArns: managed.items,
    ...(permissionsBoundary !== undefined && { permissionsBoundary }),
    ...(durations.length > 0 && { maxSessionDuration: Math.max(...durations) }),
    ...(Object.keys(tags).length > 0 && { tags }),
    ...(variants !== undefined && { variants }),
    location,
    unknowns: [...unknowns.values()],
  };
}

/** All different items in order, and for each list where its items went. */
function unite<T>(lists: readonly (readonly T[])[]): { items: readonly T[]; indexes: readonly (readonly number[])[] } {
  const [only] = lists;
  if (only !== undefined && lists.length === 1) return { items: only, indexes: [only.map((_, i) => i)] };
  const items: T[] = [];
  const known = new Map<string, number>();
  const indexes = lists.map((list) =>
    list.map((item) => {
      const key = JSON.stringify(item);
      const index = known.get(key) ?? items.push(item) - 1;
      known.set(key, index);
      return index;
    }),
  );
  return { items, indexes };
}

function uniteStatements(documents: readonly PolicyDocument[]): {
  document: PolicyDocument;
  indexes: readonly (readonly number[])[];
} {
  const [first = {}] = documents;
  const lists = documents.map(({ Statement: statements }) => listOf(statements));
  const { items, indexes } = unite(lists);
  return { document: documents.length === 1 ? first : { ...first, Statement: items }, indexes };
}

/** What the variants make of a role, each once; `undefined` when it is the same in all. What they share is held once. */
function distinctVariants(roles: readonly RoleVariant[]): TrustRole["variants"] | undefined {
  const [statement, policy] = [shared<unknown>(), shared<PolicyDocument>()];
  const variants = roles.map(({ trustPolicy, identityPolicies, managedPolicyArns, permissionsBoundary, tags }) => ({
    trustPolicy: {
      ...trustPolicy,
      Statement: asList(trustPolicy["Statement"]).map(statement),
    },
    identityPolicies: identityPolicies.map(({ document }) => policy(document)),
    managedPolicyArns,
    ...(permissionsBoundary && { permissionsBoundary: policy(permissionsBoundary) }),
    ...(Object.keys(tags).length > 0 && { tags }),
  }));
  const distinct = [...new Map(variants.map((variant) => [JSON.stringify(variant), variant])).values()];
  return distinct.length > 1 ? distinct : undefined;
}
