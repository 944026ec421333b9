import type { UnknownValue } from "@agent-roles/trust";
import { type CommonDocument, commonDenies } from "./common-denies.ts";
import type { RoleVariant } from "./template-role.ts";

/** What was read of a role in one variant. */
export interface VariantReading {
  readonly role: RoleVariant;
  readonly unknowns: readonly UnknownValue[];
}

/** The readings without the Deny statements that are not in every one of them; what was taken out is noted. */
export function commonReadings(readings: readonly VariantReading[]): readonly VariantReading[] {
  const roles = readings.map(({ role }) => role);
  const trust = commonDenies(roles.map(({ trustPolicy }) => [trustPolicy]));
  const identity = commonDenies(roles.map((role) => role.identityPolicies.map(({ document }) => document)));
  const boundary = commonDenies(roles.map((role) => (role.permissionsBoundary ? [role.permissionsBoundary] : [])));
  if (!trust && !identity && !boundary) return readings;
  return readings.map(({ role, unknowns }, variant) => {
    const [trusting, bounding] = [trust?.[variant]?.[0], boundary?.[variant]?.[0]];
    const documents = identity?.[variant] ?? [];
    const changed: readonly (readonly [place: string, changed: CommonDocument | undefined])[] = [
      ["trustPolicy", trusting],
      ["permissionsBoundary", bounding],
      ...documents.map((document, i) => [`identityPolicies[${i}]`, document] as const),
    ];
    return {
      role: {
        ...role,
        trustPolicy: trusting?.document ?? role.trustPolicy,
        permissionsBoundary: bounding?.document ?? role.permissionsBoundary,
        identityPolicies: role.identityPolicies.map((policy, i) => ({
          ...policy,
          document: documents[i]?.document ?? policy.document,
        })),
      },
      unknowns: changed.reduce(
        (notes, [place, document]) => (document ? moved(notes, place, document) : notes),
        unknowns,
      ),
    };
  });
}

function moved(
  notes: readonly UnknownValue[],
  place: string,
  { indexes, unknowns }: CommonDocument,
): readonly UnknownValue[] {
  return [
    ...notes.map((note) => ({ ...note, path: moveIndex(note.path, `${place}.Statement`, indexes) })),
    ...unknowns.map((note) => ({ ...note, path: `${place}.${note.path}` })),
  ];
}

/** `list[1].Principal` becomes `list[3].Principal` when the second item went to the fourth place, `list` when it is gone. */
export function moveIndex(path: string, list: string, to: readonly (number | undefined)[]): string {
  if (!path.startsWith(`${list}[`)) return path;
  const end = path.indexOf("]", list.length);
  const index = Number(path.slice(list.length + 1, end));
  if (!(index in to)) return path;
  const place = to[index];
  return place === undefined ? list : `${list}[${place}${path.slice(end)}`;
}
