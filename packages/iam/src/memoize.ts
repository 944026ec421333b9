/** Computes a result for each object and key once: many ask the same of the same role or statement. */
export function memoize<Owner extends object, Result>(
  compute: (owner: Owner, key: string) => Result,
): (owner: Owner, key?: string) => Result {
  const kept = new WeakMap<Owner, Map<string, Result>>();
  return (owner, key = "") => {
    let own = kept.get(owner);
    if (own === undefined) kept.set(owner, (own = new Map()));
    let found = own.get(key);
    if (found === undefined) own.set(key, (found = compute(owner, key)));
    return found;
  };
}
