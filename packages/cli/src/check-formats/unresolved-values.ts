import type { Finding } from "@agent-roles/trust";

/** Separates the values that are not known offline and decide nothing from the other findings. */
export function setApartUnresolved(all: readonly Finding[]): {
  readonly findings: readonly Finding[];
  readonly unresolved: readonly Finding[];
} {
  return { findings: all.filter((each) => !isNote(each)), unresolved: all.filter(isNote) };
}

function isNote({ id, severity }: Finding): boolean {
  return id === "unknown-value" && severity === "info";
}
