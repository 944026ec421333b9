import { matchesWildcard } from "@agent-roles/iam";

/** One character of an ARN, or a part of it that nobody knows: what that cannot hold. */
type Token = { readonly character: string } | { readonly excluded: string };

/**
 * Whether a role's ARN, in which unknown parts read `${…}`, can match a pattern in which `*` and `?` are wildcards.
 * What is unknown is taken as any text without a colon, in the role's name also without a slash.
 */
export function canMatch(pattern: string, arn: string): boolean {
  if (!arn.includes("${")) return matchesWildcard(pattern, arn);
  const tokens = tokensOf(arn);
  const width = tokens.length + 1;
  const dead = new Set<number>();
  return meets(0, 0);

  function meets(p: number, t: number): boolean {
    const state = p * width + t;
    if (dead.has(state)) return false;
    if (step(p, t)) return true;
    dead.add(state);
    return false;
  }

  function step(p: number, t: number): boolean {
    const symbol = pattern[p];
    const token = tokens[t];
    if (symbol === undefined && token === undefined) return true;
    if (symbol === "*") return meets(p + 1, t) || (token !== undefined && meets(p, t + 1));
    if (token === undefined) return false;
    if ("excluded" in token) {
      return meets(p, t + 1) || (symbol !== undefined && !token.excluded.includes(symbol) && meets(p + 1, t));
    }
    return (symbol === "?" || symbol === token.character) && meets(p + 1, t + 1);
  }
}

function tokensOf(arn: string): readonly Token[] {
  const name = arn.lastIndexOf("/");
  return [...arn.matchAll(/\$\{[^{}]*\}|[^]/g)].map(({ 0: text, index }) =>
    text.length > 1 && text.startsWith("${") ? { excluded: index > name ? ":/" : ":" } : { character: text },
  );
}
