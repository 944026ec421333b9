import type { SourceLocation } from "../trust-model.ts";

/** `widened`: something is allowed that was not, or nobody can prove that it was. */
export type AccessChangeKind = "new" | "widened" | "narrowed" | "removed";

/** One change in who can assume what, between two sets of roles. */
export interface AccessChange {
  readonly kind: AccessChangeKind;
  /** The principal, as the trust policy names it (an account as `…:root`), or the ARN of a role of the set. */
  readonly from: string;
  /** The role's ARN. */
  readonly to: string;
  readonly actions: readonly string[];
  /** When it was allowed, in words; left out when it was not. */
  readonly was?: string;
  /** When it is allowed, in words; left out when it is not. */
  readonly is?: string;
  /** Of the role as it is, else as it was. */
  readonly location: SourceLocation;
}

const ORDER: readonly AccessChangeKind[] = ["new", "widened", "narrowed", "removed"];

/** What gives most away comes first; then by role and principal. */
export function compareChanges(a: AccessChange, b: AccessChange): number {
  return (
    ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) ||
    compareText(a.to, b.to) ||
    compareText(a.from, b.from) ||
    compareText(a.actions.join(), b.actions.join())
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
