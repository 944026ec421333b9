/** The fix for an unknown name: the nearest known name, or all of them. */
export function didYouMean(name: string, known: readonly string[]): string {
  // Beyond a third of the letters a guess misleads more than it helps.
  const nearest = nearestName(name, known, Math.max(1, Math.floor(name.length / 3)));
  // A list of hundreds helps nobody.
  const some = known.length > 40 ? `${known.slice(0, 10).join(", ")}, …` : known.join(", ");
  return nearest === undefined ? `use one of ${some}` : `did you mean "${nearest}"?`;
}

/** The known name with the fewest differing letters, ignoring case; `undefined` when more than `most` differ. */
export function nearestName(name: string, known: readonly string[], most: number): string | undefined {
  const wanted = name.toLowerCase();
  let nearest: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > most) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance <= most && (nearest === undefined || distance < nearest.distance)) nearest = { candidate, distance };
  }
  return nearest?.candidate;
}

/** Letters to insert, delete, replace or swap with the next one. */
function editDistance(a: string, b: string): number {
  let beforePrevious: readonly number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 0; row < a.length; row += 1) {
    const current = [row + 1];
    for (let column = 0; column < b.length; column += 1) {
      const substitution = (previous[column] ?? 0) + (a[row] === b[column] ? 0 : 1);
      const isSwap = row > 0 && column > 0 && a[row] === b[column - 1] && a[row - 1] === b[column];
      const swap = isSwap ? (beforePrevious[column - 1] ?? 0) + 1 : Infinity;
      current.push(Math.min(substitution, swap, (previous[column + 1] ?? 0) + 1, (current[column] ?? 0) + 1));
    }
    beforePrevious = previous;
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
