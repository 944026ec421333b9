import { type Clause, isNegated } from "./clauses.ts";
import { commonPatterns } from "./common-pattern.ts";
import type { ReadTrust } from "./read-trust.ts";
import { instance } from "./spoken.ts";

/** A statement with more keys than this many combinations is not tried further. */
const MOST_COMBINATIONS = 64;

/** What a key is given; `undefined` leaves it out. */
export type Values = string | readonly string[] | undefined;

/** Which keys are to be given values, and what a value of the policy reads with its variables filled in. */
export interface Chooser {
  readonly chooses: (key: string) => boolean;
  readonly fillIn: (clause: Clause, value: string) => string;
}

/**
 * Values of the chosen keys with which to try a trust policy: for no statement at all, and for each Allow statement those
 * that meet its conditions and avoid the Deny statements'. Where tags or a source identity have statements of their own, one
 * call needs several statements: those together.
 */
export function valuesToTry({ statements }: ReadTrust, chooser: Chooser): ReadonlyMap<string, Values>[] {
  const avoided = statements.filter(({ deny }) => deny).flatMap(({ clauses }) => clauses.map(inverse));
  const allowing = statements.filter(({ deny }) => !deny);
  const wanted = allowing.map(({ clauses }) => clauses);
  return [[], ...wanted, ...withTheirTags(allowing)].flatMap((clauses) =>
    combine(candidates(clauses, avoided, chooser)),
  );
}

function withTheirTags(allowing: ReadTrust["statements"]): readonly (readonly Clause[])[] {
  const beside = allowing
    .filter(({ assumes, clauses }) => !assumes && clauses.length > 0)
    .map(({ clauses }) => clauses);
  const all = beside.length > 1 ? [...beside, beside.flat()] : beside;
  return allowing.filter(({ assumes }) => assumes).flatMap(({ clauses }) => all.map((other) => [...clauses, ...other]));
}

/** What to try for each key. */
function candidates(
  wanted: readonly Clause[],
  avoided: readonly Clause[],
  { chooses, fillIn }: Chooser,
): ReadonlyMap<string, readonly Values[]> {
  const found = new Map<string, Values[]>();
  for (const [clauses, isWanted] of [[wanted, true] as const, [avoided, false] as const]) {
    for (const clause of clauses) {
      const key = clause.key;
      if (key === "" || !chooses(key)) continue;
      const known = found.get(key) ?? (isWanted ? [] : [undefined]);
      found.set(key, [...known, ...satisfying(clause, fillIn)]);
    }
  }
  for (const [key, values] of found) {
    const positive = [...wanted, ...avoided].filter((clause) => clause.key === key && isPattern(clause));
    const common = commonPatterns(positive.map((clause) => clause.values.map((value) => fillIn(clause, value))));
    found.set(key, [...common.map(instance), ...values]);
  }
  return found;
}

function isPattern(clause: Clause): boolean {
  return clause.operator.endsWith("like") && !isNegated(clause);
}

/** Values that meet a clause; `undefined` leaves the key out. */
function satisfying(clause: Clause, fillIn: Chooser["fillIn"]): Values[] {
  if (clause.operator === "null") return clause.values.map((value) => (value === "true" ? undefined : "x"));
  // Longer than every excluded value, so none of them; patterns that exclude everything are met by nothing.
  const others = clause.operator.endsWith("like") ? ["-"] : [];
  if (isNegated(clause)) return [undefined, `x${clause.values.join("")}`, ...others];
  const values = clause.values.map((value) => meeting(clause.operator, fillIn(clause, value)));
  const optional = clause.ifExists || clause.set === "forallvalues" ? [undefined] : [];
  const isList = clause.set !== undefined;
  return [...optional, ...(isList ? values.map((value) => [value]) : values), ...(isList ? [values] : [])];
}

/** What a Deny would have to be given so that it does not hold. */
function inverse(clause: Clause): Clause {
  if (clause.operator === "null") {
    return { ...clause, values: clause.values.map((value) => (value === "true" ? "false" : "true")) };
  }
  const negated = clause.operator.endsWith("like") ? "stringnotlike" : "stringnotequals";
  return isNegated(clause)
    ? { ...clause, operator: clause.operator.replace("not", ""), set: undefined, ifExists: false }
    : { ...clause, operator: negated, set: undefined };
}

/** A value that a comparison with the policy's value holds for. */
function meeting(operator: string, value: string): string {
  const beside = operator.includes("less") ? -1 : 1;
  if (/^numeric(less|greater)than$/.test(operator)) return String(Number(value) + beside);
  if (/^date(less|greater)than$/.test(operator)) {
    const time = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value);
    return Number.isNaN(time) ? value : new Date(time + beside * 86_400_000).toISOString();
  }
  if (operator.endsWith("ipaddress")) return value.split("/")[0] ?? value;
  return operator.endsWith("like") ? instance(value) : value;
}

function combine(candidateValues: ReadonlyMap<string, readonly Values[]>): ReadonlyMap<string, Values>[] {
  let combinations: ReadonlyMap<string, Values>[] = [new Map()];
  for (const [key, values] of candidateValues) {
    const next = combinations.flatMap((chosen) => values.map((value) => new Map([...chosen, [key, value]])));
    combinations = next.slice(0, MOST_COMBINATIONS);
  }
  return combinations;
}
