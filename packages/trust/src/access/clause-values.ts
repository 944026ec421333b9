import { type Clause, isNull } from "./clauses.ts";
import { commonPatterns } from "./common-pattern.ts";
import type { ReadTrust } from "./read-trust.ts";
import { instance } from "./mentioned.ts";

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

function isPattern({ operator, negated }: Clause): boolean {
  return operator?.wildcards === true && !negated;
}

/** Values that meet a clause; `undefined` leaves the key out. */
function satisfying(clause: Clause, fillIn: Chooser["fillIn"]): Values[] {
  const { operator, negated, values, qualifier, ifExists } = clause;
  if (isNull(clause)) return values.map((value) => ((value === "true") === negated ? "x" : undefined));
  // Longer than every excluded value, so none of them; patterns that exclude everything are met by nothing.
  if (negated) return [undefined, `x${values.join("")}`, ...(operator?.wildcards ? ["-"] : [])];
  const met = values.map((value) => meeting(operator, fillIn(clause, value)));
  const optional = ifExists || qualifier === "ForAllValues" ? [undefined] : [];
  return [...optional, ...(qualifier ? [...met.map((value) => [value]), met] : met)];
}

/** What a Deny would have to be given so that it does not hold. */
function inverse(clause: Clause): Clause {
  const { qualifier: _, ...others } = clause;
  return { ...others, negated: !clause.negated, ifExists: false };
}

/** A value that a comparison with the policy's value holds for. */
function meeting(operator: Clause["operator"], value: string): string {
  if (operator?.wildcards) return instance(value);
  if (operator?.type === "IP address") return value.split("/")[0] ?? value;
  const [, less] = /(Less|Greater)Than$/.exec(operator?.name ?? "") ?? [];
  if (less === undefined) return value;
  const beside = less === "Less" ? -1 : 1;
  if (operator?.type === "number") return String(Number(value) + beside);
  const time = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value);
  return Number.isNaN(time) ? value : new Date(time + beside * 86_400_000).toISOString();
}

function combine(candidateValues: ReadonlyMap<string, readonly Values[]>): ReadonlyMap<string, Values>[] {
  let combinations: ReadonlyMap<string, Values>[] = [new Map()];
  for (const [key, values] of candidateValues) {
    const next = combinations.flatMap((chosen) => values.map((value) => new Map([...chosen, [key, value]])));
    combinations = next.slice(0, MOST_COMBINATIONS);
  }
  return combinations;
}
