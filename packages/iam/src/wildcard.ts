/** A pattern after policy variables were replaced. */
export interface Pattern {
  readonly text: string;
  /** Indexes in `text` at which a `*` or `?` is meant literally, because it came out of a variable such as `${*}`. */
  readonly literals?: ReadonlySet<number>;
}

/**
 * Whether `text` matches a pattern in which `*` matches any characters (also none) and `?` exactly one.
 *
 * Two pointers and one remembered star instead of a regular expression: nothing to compile or cache, and no pattern
 * from a policy can make it slow.
 */
export function matchesWildcard(pattern: Pattern | string, text: string): boolean {
  const { text: symbols, literals } = typeof pattern === "string" ? { text: pattern, literals: undefined } : pattern;
  let p = 0;
  let t = 0;
  let starAt = -1;
  let resumeAt = 0;
  while (t < text.length) {
    const symbol = symbols[p];
    const special = literals?.has(p) !== true;
    if (symbol === "*" && special) {
      starAt = p++;
      resumeAt = t;
    } else if (symbol !== undefined && (symbol === text[t] || (symbol === "?" && special))) {
      p++;
      t++;
    } else if (starAt >= 0) {
      p = starAt + 1;
      t = ++resumeAt;
    } else return false;
  }
  while (symbols[p] === "*" && literals?.has(p) !== true) p++;
  return p === symbols.length;
}

/** What the texts that match a pattern begin with: its text before the first wildcard or variable. */
export function literalPrefix(pattern: string): string {
  return /^[^*?$]*/.exec(pattern)?.[0] ?? "";
}
