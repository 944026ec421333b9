/** Beyond this many combinations of undecided conditions, only those in which one is false for the first time are looked at. */
export const MOST_ASSIGNMENTS: number = 32;

/** Answers whether an undecided condition holds. */
export type Decide = (key: string) => boolean;

/** What came out of each variant that was looked at. */
export interface Assignments<T> {
  readonly results: readonly T[];
  /** Whether that is all of them. */
  readonly isComplete: boolean;
}

/**
 * Runs a function once for each outcome of the undecided conditions that it uses: first all true, then with one of them false, and
 * so on. However many there are, each is true once and false once, so that no branch is passed over.
 */
export function forEachConditionAssignment<T>(run: (decide: Decide) => T): Assignments<T> {
  const waiting: Alternative[] = [{ assigned: new Map(), keys: [], index: 0, isFirst: true }];
  const results: T[] = [];
  const seen = new Set<string>();
  let isComplete = true;
  for (const alternative of waiting) {
    if (results.length >= MOST_ASSIGNMENTS && !alternative.isFirst) {
      isComplete = false;
      continue;
    }
    const assigned = assignmentOf(alternative);
    const asked = new Set<string>();
    const decide: Decide = (key) => {
      if (!assigned.has(key)) asked.add(key);
      return assigned.get(key) ?? true;
    };
    results.push(run(decide));
    // The run took every asked condition as true: what is left is that the first of them is false, or only the second, …
    const keys = [...asked];
    for (const [index, key] of keys.entries()) {
      const isFirst = seen.size !== seen.add(key).size;
      if (isFirst || results.length < MOST_ASSIGNMENTS) waiting.push({ assigned, keys, index, isFirst });
      else isComplete = false;
    }
  }
  return { results, isComplete };
}

/** A variant to look at: as another one, but with the key at `index` false; those before it stay true. */
interface Alternative {
  readonly assigned: ReadonlyMap<string, boolean>;
  readonly keys: readonly string[];
  readonly index: number;
  /** Whether no other variant takes this key for false before. */
  readonly isFirst: boolean;
}

function assignmentOf({ assigned, keys, index }: Alternative): ReadonlyMap<string, boolean> {
  return new Map([...assigned, ...keys.slice(0, index + 1).map((key, i) => [key, i < index] as const)]);
}
