import { parseArn } from "@agent-roles/iam";

/**
 * A pattern of what two patterns both match, in which `*` and `?` are wildcards: `ci-*` and `*-deploy` have `ci-*-deploy`. Where
 * there are several, one of them.
 *
 * @returns `undefined` when nothing matches both.
 */
export function commonPattern(a: string, b: string): string | undefined {
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
    const [left, right] = [a[i], b[j]];
    if (left === undefined && right === undefined) return "";
    if (left === "*" && right === "*") return after("*", meet(i + 1, j) ?? meet(i, j + 1));
    // The longer one is more specific.
    if (left === "*") return (right === undefined ? undefined : after(right, meet(i, j + 1))) ?? meet(i + 1, j);
    if (right === "*") return (left === undefined ? undefined : after(left, meet(i + 1, j))) ?? meet(i, j + 1);
    if (left === undefined || right === undefined) return undefined;
    if (left !== right && left !== "?" && right !== "?") return undefined;
    return after(left === "?" ? right : left, meet(i + 1, j + 1));
  }
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
