import type { IndexedRole } from "./indexed-role.ts";

/** Computes a result for each role and key once: many rules ask the same of the same role. */
export function perRole<Result>(
  compute: (role: IndexedRole, key: string) => Result,
): (role: IndexedRole, key: string) => Result {
  const kept = new Map<IndexedRole, Map<string, Result>>();
  return (role, key) => {
    let own = kept.get(role);
    if (own === undefined) kept.set(role, (own = new Map()));
    let found = own.get(key);
    if (found === undefined) own.set(key, (found = compute(role, key)));
    return found;
  };
}
