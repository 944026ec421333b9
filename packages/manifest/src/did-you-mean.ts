import { nearest } from "@agent-roles/iam";

/** The fix for an unknown name: the nearest known name, or all of them. */
export function didYouMean(name: string, known: readonly string[]): string {
  // Beyond a third of the letters a guess misleads more than it helps.
  const meant = nearest(name, known, Math.max(1, Math.floor(name.length / 3)));
  // A list of hundreds helps nobody.
  const some = known.length > 40 ? `${known.slice(0, 10).join(", ")}, …` : known.join(", ");
  return meant === undefined ? `use one of ${some}` : `did you mean "${meant}"?`;
}
