import { parseRoleArn, type RoleArn } from "../role-env/index.ts";
import type { StoredCredentials } from "./credential-store.ts";

/** What the marker line of a managed profile tells about its credentials, none of it secret. */
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
  const field = (name: string): string => new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(note)?.[1] ?? "";
  const role = parseRoleArn(field("role"));
  const issuedAt = new Date(field("issued"));
  const expiration = new Date(field("expiration"));
  if (!role || Number.isNaN(issuedAt.getTime()) || Number.isNaN(expiration.getTime())) return undefined;
  return { role, issuedAt, expiration };
}
