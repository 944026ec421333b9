/** Beyond this many combinations of undecided conditions, those not yet looked at are left out, and that is said. */
export const MOST_WORLDS: number = 32;

/** Answers whether an undecided condition holds. */
export type Decide = (key: string) => boolean;

/** What came out of each world that was looked at. */
export interface Worlds<T> {
  readonly results: readonly T[];
  /** Whether that is all of them. */
  readonly isComplete: boolean;
}

/**
 * Runs a function once for each way the undecided conditions it asks for may turn out: first all true, then with one of
 * them false, and so on.
 */
export function inEachWorld<T>(run: (decide: Decide) => T): Worlds<T> {
  const waiting: ReadonlyMap<string, boolean>[] = [new Map()];
  const results: T[] = [];
  for (const assigned of waiting) {
    if (results.length === MOST_WORLDS) return { results, isComplete: false };
    const asked = new Set<string>();
    const decide: Decide = (key) => {
      if (!assigned.has(key)) asked.add(key);
      return assigned.get(key) ?? true;
    };
    results.push(run(decide));
    waiting.push(...alternatives(assigned, [...asked]));
  }
  return { results, isComplete: true };
}

/** The run took every asked condition as true: what is left is that the first of them is false, or only the second, … */
function alternatives(
  assigned: ReadonlyMap<string, boolean>,
  asked: readonly string[],
): readonly ReadonlyMap<string, boolean>[] {
  return asked.map(
    (key, i) => new Map([...assigned, ...asked.slice(0, i).map((earlier) => [earlier, true] as const), [key, false]]),
  );
}
