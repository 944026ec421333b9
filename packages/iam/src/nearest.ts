/** The known name with the fewest differing letters, ignoring case; `undefined` when more than `most` differ. */
export function nearest(name: string, known: readonly string[], most: number = 2): string | undefined {
  const written = name.toLowerCase();
  let found: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    if (Math.abs(candidate.length - name.length) > most) continue;
    const distance = editDistance(written, candidate.toLowerCase());
    if (distance <= most && (found === undefined || distance < found.distance)) found = { candidate, distance };
  }
  return found?.candidate;
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
