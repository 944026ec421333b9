import { parseArn } from "@agent-roles/iam";

/** One character, where `*` and `?` are wildcards, or any text without some characters. */
export type Token = string | { readonly excluded: string };

/**
 * A pattern of what two patterns both match, in which `*` and `?` are wildcards: `ci-*` and `*-deploy` have `ci-*-deploy`. Where
 * there are several, one of them.
 *
 * @returns `undefined` when nothing matches both.
 */
export function commonPattern(a: string, b: string | readonly Token[]): string | undefined {
  const width = b.length + 1;
  const dead = new Set<number>();
  return meet(0, 0);

  function meet(i: number, j: number): string | undefined {
    const state = i * width + j;
    if (dead.has(state)) return undefined;
    const found = step(i, j);
    if (found === undefined) dead.add(state);
    return found;
  }

  function step(i: number, j: number): string | undefined {
    const left: Token | undefined = a[i];
    const right: Token | undefined = b[j];
    if (left === undefined && right === undefined) return "";
    // The longer one is more specific.
    if (isAny(left) && !isAny(right))
      return (admits(left, right) ? after(right, meet(i, j + 1)) : undefined) ?? meet(i + 1, j);
    if (!isAny(left) && isAny(right))
      return (admits(right, left) ? after(left, meet(i + 1, j)) : undefined) ?? meet(i, j + 1);
    if (isAny(left) || isAny(right)) return after("*", meet(i + 1, j) ?? meet(i, j + 1));
    if (left === undefined || right === undefined) return undefined;
    if (left !== right && left !== "?" && right !== "?") return undefined;
    return after(left === "?" ? right : left, meet(i + 1, j + 1));
  }
}

type Any = "*" | { readonly excluded: string };

function isAny(token: Token | undefined): token is Any {
  return token === "*" || typeof token === "object";
}

function admits(any: Any, character: string | undefined): character is string {
  return character !== undefined && (any === "*" || !any.excluded.includes(character));
}

function after(first: string, rest: string | undefined): string | undefined {
  return rest === undefined ? undefined : first + rest;
}

/** Patterns of what values of two lists both match, unless one is the other. */
export function commonPatterns(lists: readonly (readonly string[])[]): readonly string[] {
  const pairs = lists.flatMap((list, index) =>
    lists.slice(index + 1).flatMap((other) => list.flatMap((a) => other.map((b) => [a, b] as const))),
  );
  const common = pairs.slice(0, MOST_PAIRS).flatMap(([a, b]) => {
    const pattern = /[*?]/.test(a) && /[*?]/.test(b) ? commonOf(a, b) : undefined;
    return pattern === undefined || pattern === a || pattern === b ? [] : [pattern];
  });
  return [...new Set(common)];
}

/** Of two ARNs each part by itself: no `*` crosses the colons between them. */
function commonOf(a: string, b: string): string | undefined {
  const [left, right] = [parseArn(a), parseArn(b)];
  if (!left || !right) return commonPattern(a, b);
  const parts = PARTS.map((part) => commonPattern(left[part], right[part]));
  return parts.includes(undefined) ? undefined : ["arn", ...parts].join(":");
}

const PARTS = ["partition", "service", "region", "account", "resource"] as const;
const MOST_PAIRS = 64;
