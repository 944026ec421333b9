import { nameOf, type CallerIdentity } from "./caller-identity.ts";
import { quote } from "./json.ts";
import type { Principal, PrincipalElement } from "./policy.ts";

/** Why a `Principal` element does not name the caller, with the mistake if it looks like one. */
export function explainPrincipalMismatch({ name, values, written }: PrincipalElement, caller: CallerIdentity): string {
  const hint = values.map(mistakeIn).find((mistake) => mistake !== undefined);
  const miss = `${name} ${quote(written)} does not name ${nameOf(caller)}`;
  return hint === undefined ? miss : `${miss}; ${hint}`;
}

function mistakeIn({ value, readable }: Principal): string | undefined {
  if (!readable || value === "*") return undefined;
  if (/^A(?:RO|ID)A[A-Z0-9]+$/.test(value)) return `${value} is the ID of a principal that was deleted`;
  if (/[*?]/.test(value)) return `${quote(value)} names nobody: AWS accepts no wildcard within a principal`;
  if (/:group\//.test(value)) return `${quote(value)} names nobody: a group is not a principal`;
  return undefined;
}
