import { groupBy } from "@agent-roles/iam";
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
  /** Whether only the trust policy looks at the values, so that one that meets all its clauses makes the others needless. */
  readonly onlyForTrust: boolean;
}

/**
 * Values of the chosen keys with which to try a trust policy: for no statement at all, and for each Allow statement those
 * that meet its conditions and avoid the Deny statements'. Where tags or a source identity have statements of their own, one
 * call needs several statements: those together.
 */
export function valuesToTry({ statements }: ReadTrust, given: Chooser): ReadonlyMap<string, Values>[] {
  const all = statements.flatMap(({ clauses }) => clauses);
  // Values that depend on each other are tried together.
  const areFree = !all.some(({ key, variables }) => variables || LISTS_OF_TAGS.has(key));
  const chooser = { ...given, onlyForTrust: given.onlyForTrust && areFree };
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
  { chooses, fillIn, onlyForTrust }: Chooser,
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
  if (!onlyForTrust) return found;
  for (const [key, clauses] of groupBy([...wanted, ...avoided], (clause) => clause.key)) {
    const perfect = found.get(key)?.filter((value) => clauses.every((clause) => meets(value, clause))) ?? [];
    if (perfect.length > 0) found.set(key, [perfect.includes(undefined) ? undefined : perfect[0]]);
  }
  return found;
}

const LISTS_OF_TAGS = new Set(["aws:tagkeys", "sts:transitivetagkeys"]);

/** Whether a value meets a clause for certain. */
function meets(value: Values, clause: Clause): boolean {
  const { operator, negated, values, qualifier, ifExists } = clause;
  if (operator === undefined || qualifier !== undefined || Array.isArray(value)) return false;
  if (isNull(clause)) return values.length === 1 && ((value === undefined) === (values[0] === "true")) !== negated;
  if (value === undefined) return negated || ifExists;
  const matched = values.map((text) => operator.matches({ text }, String(value)));
  return negated ? matched.every((each) => each === false) : matched.includes(true);
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
export function meeting(operator: Clause["operator"], value: string): string {
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
