import type { Finding } from "@agent-roles/trust";

/** Sets apart the values that are not known offline and decide nothing; what has another severity stays among the findings. */
export function setApartUnresolved(all: readonly Finding[]): {
  readonly findings: readonly Finding[];
  readonly unresolved: readonly Finding[];
} {
  return { findings: all.filter((each) => !isNote(each)), unresolved: all.filter(isNote) };
}

function isNote({ id, severity }: Finding): boolean {
  return id === "unknown-value" && severity === "info";
}
