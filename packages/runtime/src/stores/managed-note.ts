import { type AccessLevel, parseRoleArn, type RoleArn, toAccessLevel } from "../role-env/index.ts";
import type { StoredCredentials } from "./credential-store.ts";
import { noteField } from "./profile-keepers.ts";

/** What the marker line of a managed profile contains about its credentials. Not secret. */
export interface ManagedNote {
  readonly role: RoleArn;
  readonly access: AccessLevel;
  readonly issuedAt: Date;
  readonly expiration: Date;
}

export function formatManagedNote({ target, credentials }: StoredCredentials): string {
  const { issuedAt, expiration } = credentials;
  const access = target.access && target.access !== "full" ? ` access=${target.access}` : "";
  return `do not edit; role=${target.role.arn}${access} issued=${issuedAt.toISOString()} expiration=${expiration.toISOString()}`;
}

/** `undefined` when the line was edited beyond recognition: the profile then counts as having no credentials. */
export function parseManagedNote(note: string): ManagedNote | undefined {
  const role = parseRoleArn(noteField(note, "role"));
  const access = toAccessLevel(noteField(note, "access"));
  const issuedAt = new Date(noteField(note, "issued"));
  const expiration = new Date(noteField(note, "expiration"));
  if (!role || !access || Number.isNaN(issuedAt.getTime()) || Number.isNaN(expiration.getTime())) return undefined;
  return { role, access, issuedAt, expiration };
}
