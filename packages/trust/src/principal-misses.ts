import { nameOf, type CallerIdentity } from "./caller-identity.ts";
import { asList, isRecord, quote } from "./json.ts";

/** Words for why a `Principal` element does not name the caller, with the mistake if it looks like one. */
export function whyNobody(element: unknown, caller: CallerIdentity): string {
  const names = isRecord(element) ? Object.values(element).flatMap((value) => [...asList(value)]) : [element];
  const hint = names.map(mistakeIn).find((mistake) => mistake !== undefined);
  const miss = `Principal ${quote(element)} does not name ${nameOf(caller)}`;
  return hint === undefined ? miss : `${miss}; ${hint}`;
}

function mistakeIn(name: unknown): string | undefined {
  if (typeof name !== "string" || name === "*") return undefined;
  if (/^A(?:RO|ID)A[A-Z0-9]+$/.test(name)) return `${name} is the id of a principal that was deleted`;
  if (/[*?]/.test(name)) return `${quote(name)} names nobody: AWS takes no wildcard within a principal`;
  if (/:group\//.test(name)) return `${quote(name)} names nobody: a group is not a principal`;
  return undefined;
}
