import { asList } from "@agent-roles/iam";
import type { PolicyDocument, SourceLocation, TrustRole, UnknownValue } from "@agent-roles/trust";
import { distinctWorlds } from "./distinct-worlds.ts";
import { lastingReadings, type WorldReading } from "./lasting-readings.ts";
import { moveIndex } from "./note-path.ts";

/**
 * One role of what it is in several worlds: whatever any of them allows, because each may be the real one, and what all of
 * them deny. A boundary counts only when it is there in every world.
 */
export function mergeWorlds(readings: readonly [WorldReading, ...WorldReading[]], location: SourceLocation): TrustRole {
  const worlds = readings.length === 1 ? undefined : distinctWorlds(readings.map(({ role }) => role));
  const lasting = readings.length === 1 ? readings : lastingReadings(readings);
  const { arn, tags } = readings[0].role;
  const trust = uniteStatements(lasting.map(({ role }) => role.trustPolicy));
  const identity = unite(lasting.map(({ role }) => role.identityPolicies));
  // Of policies that exclude each other, or are not whole, nobody can say how large they are together.
  const together =
    lasting === readings && lasting.every(({ role }) => role.identityPolicies.length === identity.items.length);
  const managed = unite(lasting.map(({ role }) => role.managedPolicyArns));
  const boundaries = lasting.map(({ role }) => role.permissionsBoundary).filter((boundary) => boundary !== undefined);
  const durations = lasting.flatMap(({ role }) => role.maxSessionDuration ?? []);
  const permissionsBoundary = boundaries.length === lasting.length ? uniteStatements(boundaries).document : undefined;
  const unknowns = new Map<string, UnknownValue>();
  lasting.forEach((reading, world) => {
    const moves = [
      { list: "trustPolicy.Statement", to: trust.indexes[world] },
      { list: "identityPolicies", to: identity.indexes[world] },
      { list: "managedPolicyArns", to: managed.indexes[world] },
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
    ...(worlds !== undefined && { worlds }),
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
  const lists = documents.map(({ Statement: statements }) => (statements === undefined ? [] : asList(statements)));
  const { items, indexes } = unite(lists);
  return { document: documents.length === 1 ? first : { ...first, Statement: items }, indexes };
}
