import { type Condition, isUnresolved, type Statement } from "@agent-roles/iam";

/** Whether a request without the key, or with another value, is kept out: no negation, no `IfExists`, no `ForAllValues`. */
export function isDemand({ operator, ifExists, qualifier }: Condition): boolean {
  return comparesValues({ operator }) && !operator?.negated && !ifExists && qualifier !== "ForAllValues";
}

/** Whether it has an operator that AWS has, other than `Null`. */
function comparesValues({ operator }: Pick<Condition, "operator">): boolean {
  return operator !== undefined && operator.type !== "presence";
}

/** Whether `Null` asks for the key to be there. */
export function isPresenceGuard({ operator, values }: Condition): boolean {
  return operator?.type === "presence" && values.length > 0 && values.every((value) => value.toLowerCase() === "false");
}

/** Replaces what a request can fill in with anything; no policy has this character. */
const ANYTHING = "\u0000";
/** Variables of the role, which no caller chooses. Its tags are not among them: a transitive session tag takes their place. */
const OWN = /^\$\{aws:Resource(?:Account|OrgID)\}$/i;

/**
 * What of a value every request that passes has at the beginning: the text before the first wildcard or policy variable,
 * which has a colon. A variable of the role reads like what is not known offline.
 */
export function certainPart(value: string, entry: Condition): string {
  // A number that is larger or smaller shares nothing with it.
  if (/Than/.test(entry.operator?.name ?? "")) return "";
  const text = withoutVariables(value);
  const open = text.search(entry.operator?.wildcards ? /[*?\0]/ : /\0/);
  return open === -1 ? text : text.slice(0, open);
}

/** The value with no colon in its variables, so that it can be split into the parts of an ARN. */
export function withoutVariables(value: string): string {
  return value.replaceAll(/\$\{[^{}:]*:[^{}]*\}/g, (variable) => (OWN.test(variable) ? "${own}" : ANYTHING));
}

/** Whether a value lets nearly anything pass: nothing but wildcards and separators. */
function isAnything(value: string): boolean {
  return /^[*?:/]*$/.test(value) && !isUnresolved(value);
}

/**
 * Whether every request that passes has one of these keys with a value that says something.
 *
 * @param keys names in lower case, or a test.
 * @param narrows whether a value says enough; by default whatever is not wildcards only.
 */
export function demands(
  { conditions }: Statement,
  keys: readonly string[] | ((key: string) => boolean),
  narrows: (value: string, condition: Condition) => boolean = saysSomething,
): boolean {
  const wanted = typeof keys === "function" ? keys : (key: string): boolean => keys.includes(key);
  return conditions.some(
    (each) =>
      isDemand(each) &&
      wanted(each.key) &&
      each.values.length > 0 &&
      each.values.every((value) => narrows(value, each)),
  );
}

/** Whether a value is more than wildcards. */
export function saysSomething(value: string, { operator }: Condition): boolean {
  return !operator?.wildcards || !isAnything(value);
}
