import type { UnknownValue } from "@agent-roles/trust";
import { type LastingDocument, lastingDenies } from "./lasting-denies.ts";
import { moveIndex } from "./note-path.ts";
import type { RoleInOneWorld } from "./template-role.ts";

/** What was read of a role in one world. */
export interface WorldReading {
  readonly role: RoleInOneWorld;
  readonly unknowns: readonly UnknownValue[];
}

/** The readings without the Deny statements that are not in every one of them; what was taken out is noted. */
export function lastingReadings(readings: readonly WorldReading[]): readonly WorldReading[] {
  const roles = readings.map(({ role }) => role);
  const trust = lastingDenies(roles.map(({ trustPolicy }) => [trustPolicy]));
  const identity = lastingDenies(roles.map((role) => role.identityPolicies.map(({ document }) => document)));
  const boundary = lastingDenies(roles.map((role) => (role.permissionsBoundary ? [role.permissionsBoundary] : [])));
  if (!trust && !identity && !boundary) return readings;
  return readings.map(({ role, unknowns }, world) => {
    const [trusting, bounding] = [trust?.[world]?.[0], boundary?.[world]?.[0]];
    const documents = identity?.[world] ?? [];
    const changed: readonly (readonly [place: string, changed: LastingDocument | undefined])[] = [
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
  { indexes, unknowns }: LastingDocument,
): readonly UnknownValue[] {
  return [
    ...notes.map((note) => ({ ...note, path: moveIndex(note.path, `${place}.Statement`, indexes) })),
    ...unknowns.map((note) => ({ ...note, path: `${place}.${note.path}` })),
  ];
}
