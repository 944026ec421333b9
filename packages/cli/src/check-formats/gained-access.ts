import type { AccessChange, Severity } from "@agent-roles/trust";
import { conditionTexts } from "./changes.ts";

/** A change that gives access, for formats that know only results of rules. */
export interface GainedAccess {
  /** As a rule's ID. */
  readonly id: "new-access" | "widened-access";
  /** A change fails no check, so its severity is at most this. */
  readonly severity: Severity;
  readonly message: string;
  readonly change: AccessChange;
}

/** What each ID means, in a sentence. */
export const GAINED_ACCESS_RULES = [
  { id: "new-access", severity: "low", why: "a principal can assume the role that could not before" },
  { id: "widened-access", severity: "low", why: "a principal can assume the role on weaker conditions than before" },
] as const;

/** The changes to review: new and widened access. Narrowed and removed access needs no review. */
export function gainedAccess(changes: readonly AccessChange[] = []): readonly GainedAccess[] {
  return changes.flatMap((change) => {
    const { kind, from, to, actions } = change;
    if (kind !== "new" && kind !== "widened") return [];
    const can = kind === "new" ? "can now assume" : "can assume on weaker conditions";
    const message = [`${from} ${can} ${to} (${actions.join(", ")})`, ...conditionTexts(change)].join("\n");
    return { id: `${kind}-access` as const, severity: "low" as const, message, change };
  });
}
