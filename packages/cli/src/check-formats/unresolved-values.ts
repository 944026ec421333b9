import type { Finding } from "@agent-roles/trust";
import { groupBy } from "@agent-roles/iam";

/** A value that stands in one or more roles and is not known offline. */
export interface UnresolvedValue {
  /** What it is, and what was assumed instead. */
  readonly what: string;
  readonly fix: string;
  /** How many roles it stands in. */
  readonly roles: number;
  /** Where it stands first. */
  readonly first: Finding;
}

/**
 * Sets apart the values that are not known offline, each once: the account of a template is unknown in every one of its roles.
 * What the user gave another severity stays among the findings.
 */
export function setApartUnresolved(all: readonly Finding[]): {
  readonly findings: readonly Finding[];
  readonly unresolved: readonly UnresolvedValue[];
} {
  const groups = groupBy(all.filter(isNote), valueOf);
  return {
    findings: all.filter((finding) => !isNote(finding)),
    unresolved: [...groups].flatMap(([what, own]) => {
      const [first] = own;
      return first ? [{ what, fix: first.fix, roles: new Set(own.map(({ role }) => role)).size, first }] : [];
    }),
  };
}

function isNote({ id, severity }: Finding): boolean {
  return id === "unknown-value" && severity === "info";
}

/** The message without the place in the role before it. */
function valueOf({ message }: Finding): string {
  return message.slice(message.indexOf(": ") + 2);
}
