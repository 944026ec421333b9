import type { Statement } from "../role-env/session-policy.ts";

/** `Action` or `NotAction`, `Resource` or `NotResource`. */
interface Patterns {
  readonly not: boolean;
  readonly values: readonly string[];
}

/** Compares two patterns of one element. Both answers are safe: what is not certain is `false`. */
interface Comparison {
  /** Every text that `narrow` matches, `wide` matches as well. */
  readonly covers: (wide: string, narrow: string) => boolean;
  /** No text matches both. */
  readonly disjoint: (a: string, b: string) => boolean;
}

const ACTIONS: Comparison = {
  covers: (wide, narrow) => coversText(wide.toLowerCase(), narrow.toLowerCase()),
  disjoint: (a, b) => !overlap(a.toLowerCase(), b.toLowerCase()),
};

/** AWS documents the parts of an ARN as separate; that `*` matches across them as well must not widen a result. */
const RESOURCES: Comparison = {
  covers: (wide, narrow) => {
    if (wide === "*" || wide === narrow) return true;
    const [wideParts, narrowParts] = [wide.split(":"), narrow.split(":")];
    // Policy variables have values, and wildcards in them are texts.
    if (wideParts.length < 6 || wideParts.length !== narrowParts.length || `${wide}${narrow}`.includes("$"))
      return false;
    return wideParts.every((part, index) => coversText(part, narrowParts[index] ?? ""));
  },
  disjoint: (a, b) => !`${a}${b}`.includes("$") && !overlap(openEnd(a), openEnd(b)),
};

/**
 * The statements of one policy that allows what both allow, and denies what either denies.
 *
 * @returns `undefined` when no single policy can say that, such as for `s3:Get*` and `s3:*Object`: never a wider one.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
export function intersectPolicies(a: readonly Statement[], b: readonly Statement[]): Statement[] | undefined {
  const [allowsA, allowsB] = [a, b].map((each) => each.filter(({ Effect }) => Effect === "Allow"));
  const denies = [...deniesOf(a), ...deniesOf(b)];
  const allows: Statement[] = [];
  for (const first of allowsA ?? []) {
    for (const second of allowsB ?? []) {
      const both = intersectStatements(first, second);
      if (both === undefined) return undefined;
      if (both !== "nothing") allows.push(both);
    }
  }
  // A policy without an Allow statement allows nothing; STS refuses one without statements.
  return allows.length + denies.length > 0 ? [...allows, ...denies] : [DENY_ALL];
}

/** The Deny statements, without Sids: a policy cannot have one twice. */
export function deniesOf(statements: readonly Statement[]): Statement[] {
  return statements.flatMap((statement) => {
    const { Sid: _sid, ...denial } = statement;
    return statement.Effect === "Deny" ? [denial] : [];
  });
}

const DENY_ALL = { Effect: "Deny", Action: "*", Resource: "*" } as const;

function intersectStatements(a: Statement, b: Statement): Statement | "nothing" | undefined {
  const actions = intersectPatterns(patterns(a.Action, a.NotAction), patterns(b.Action, b.NotAction), ACTIONS);
  const resources = intersectPatterns(
    patterns(a.Resource, a.NotResource),
    patterns(b.Resource, b.NotResource),
    RESOURCES,
  );
  if (actions?.values.length === 0 || resources?.values.length === 0) return "nothing";
  const conditions = mergeConditions(a.Condition ?? {}, b.Condition ?? {});
  if (!actions || !resources || !conditions) return undefined;
  return {
    Effect: "Allow",
    [actions.not ? "NotAction" : "Action"]: actions.values,
    [resources.not ? "NotResource" : "Resource"]: resources.values,
    ...(Object.keys(conditions).length > 0 && { Condition: conditions }),
  };
}

function patterns(values: string | readonly string[] | undefined, others: string | readonly string[] = []): Patterns {
  return { not: values === undefined, values: [values ?? others].flat() };
}

function intersectPatterns(a: Patterns, b: Patterns, compare: Comparison): Patterns | undefined {
  if (a.not && b.not) return { not: true, values: [...new Set([...a.values, ...b.values])] };
  if (a.not) return intersectPatterns(b, a, compare);
  const values = new Set<string>();
  for (const value of a.values) {
    const kept = b.not ? without(value, b.values, compare) : within(value, b.values, compare);
    if (!kept) return undefined;
    for (const each of kept) values.add(each);
  }
  return { not: false, values: [...values] };
}

/** What of a pattern the others match, too. */
function within(value: string, others: readonly string[], { covers, disjoint }: Comparison): string[] | undefined {
  if (others.some((other) => covers(other, value))) return [value];
  const kept = others.filter((other) => covers(value, other));
  return others.every((other) => kept.includes(other) || disjoint(value, other)) ? kept : undefined;
}

/** What of a pattern the others do not match. */
function without(value: string, others: readonly string[], { covers, disjoint }: Comparison): string[] | undefined {
  if (others.some((other) => covers(other, value))) return [];
  return others.every((other) => disjoint(value, other)) ? [value] : undefined;
}

/** Both conditions; `undefined` when they name one key with one operator and other values. */
function mergeConditions(
  a: NonNullable<Statement["Condition"]>,
  b: NonNullable<Statement["Condition"]>,
): Statement["Condition"] {
  const merged: Record<string, Record<string, unknown>> = {};
  const seen = new Map<string, string>();
  for (const [operator, keys] of [...Object.entries(a), ...Object.entries(b)]) {
    for (const [key, value] of Object.entries(keys)) {
      const name = `${operator}/${key}`.toLowerCase();
      const text = JSON.stringify([operator, key, value]);
      if ((seen.get(name) ?? text) !== text) return undefined;
      seen.set(name, text);
      merged[operator] = { ...merged[operator], [key]: value };
    }
  }
  return merged;
}

/** Whether `wide` matches every text that `narrow` matches: a `*` of `narrow` needs one of `wide`. */
function coversText(wide: string, narrow: string): boolean {
  let possible = new Set([0]);
  const skipStars = (at: ReadonlySet<number>): Set<number> => {
    const all = new Set(at);
    for (const index of all) if (wide[index] === "*") all.add(index + 1);
    return all;
  };
  possible = skipStars(possible);
  for (const char of narrow) {
    const next = new Set<number>();
    for (const index of possible) {
      if (wide[index] === "*") next.add(index);
      else if (wide[index] === char || (wide[index] === "?" && char !== "*")) next.add(index + 1);
    }
    possible = skipStars(next);
  }
  return possible.has(wide.length);
}

/** Whether some text matches both patterns. */
function overlap(a: string, b: string): boolean {
  const known = new Map<number, boolean>();
  const from = (i: number, j: number): boolean => {
    const key = i * (b.length + 1) + j;
    const found = known.get(key);
    if (found !== undefined) return found;
    known.set(key, false);
    const result = step(i, j);
    known.set(key, result);
    return result;
  };
  function step(i: number, j: number): boolean {
    if (a[i] === "*") return from(i + 1, j) || (j < b.length && from(i, j + 1));
    if (b[j] === "*") return from(i, j + 1) || (i < a.length && from(i + 1, j));
    if (i === a.length || j === b.length) return i === a.length && j === b.length;
    return (a[i] === b[j] || a[i] === "?" || b[j] === "?") && from(i + 1, j + 1);
  }
  return from(0, 0);
}

/** Missing parts at the end of an ARN match anything. */
function openEnd(arn: string): string {
  return arn.startsWith("arn:") && arn.split(":").length < 6 ? `${arn}*` : arn;
}
