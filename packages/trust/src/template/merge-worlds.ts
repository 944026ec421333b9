import type { PolicyDocument } from "../assume-role-request.ts";
import { asList } from "../json.ts";
import type { SourceLocation, TrustRole, UnknownValue } from "../trust-model.ts";
import type { RoleInOneWorld } from "./template-role.ts";

/** What was read of a role in one world. */
export interface WorldReading {
  readonly role: RoleInOneWorld;
  readonly unknowns: readonly UnknownValue[];
}

/**
 * One role of what it is in several worlds: all statements and policies of any of them, because each may be the real one.
 * A boundary counts only when it is there in every world.
 */
export function mergeWorlds(readings: readonly [WorldReading, ...WorldReading[]], location: SourceLocation): TrustRole {
  const [first] = readings;
  const { arn, tags } = first.role;
  const trust = uniteStatements(readings.map(({ role }) => role.trustPolicy));
  const identity = unite(readings.map(({ role }) => role.identityPolicies));
  // Of policies that exclude each other nobody can say how large they are together.
  const together = readings.every(({ role }) => role.identityPolicies.length === identity.items.length);
  const managed = unite(readings.map(({ role }) => role.managedPolicyArns));
  const boundaries = readings.map(({ role }) => role.permissionsBoundary).filter((boundary) => boundary !== undefined);
  const durations = readings.flatMap(({ role }) => role.maxSessionDuration ?? []);
  const permissionsBoundary = boundaries.length === readings.length ? uniteStatements(boundaries).document : undefined;
  const unknowns = new Map<string, UnknownValue>();
  readings.forEach((reading, world) => {
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

/** `list[1].Principal` becomes `list[3].Principal` when the second item went to the fourth place. */
function moveIndex(path: string, list: string, to: readonly number[]): string {
  if (!path.startsWith(`${list}[`)) return path;
  const end = path.indexOf("]", list.length);
  const index = Number(path.slice(list.length + 1, end));
  return `${list}[${to[index] ?? index}${path.slice(end)}`;
}
