import { parseRoleArn, type RoleArn } from "../role-env/index.ts";
import type { StoredCredentials } from "./credential-store.ts";
import { noteField } from "./profile-keepers.ts";

/** What the marker line of a managed profile contains about its credentials. Not secret. */
export interface ManagedNote {
  readonly role: RoleArn;
  readonly issuedAt: Date;
  readonly expiration: Date;
}

export function formatManagedNote({ target, credentials }: StoredCredentials): string {
  const { issuedAt, expiration } = credentials;
  return `do not edit; role=${target.role.arn} issued=${issuedAt.toISOString()} expiration=${expiration.toISOString()}`;
}

/** `undefined` when the line was edited beyond recognition: the profile then counts as having no credentials. */
export function parseManagedNote(note: string): ManagedNote | undefined {
  const role = parseRoleArn(noteField(note, "role"));
  const issuedAt = new Date(noteField(note, "issued"));
  const expiration = new Date(noteField(note, "expiration"));
  if (!role || Number.isNaN(issuedAt.getTime()) || Number.isNaN(expiration.getTime())) return undefined;
  return { role, issuedAt, expiration };
}
