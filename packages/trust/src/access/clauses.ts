import {
  type Condition,
  type ConditionOperator,
  inNetwork,
  matchesArn,
  matchesWildcard,
  parseOperator,
  type Statement,
  type Truth,
} from "@agent-roles/iam";

/** A condition in one spelling, whatever the policy's own, so that two policies can be compared. */
export interface Clause extends Pick<Condition, "qualifier" | "ifExists" | "key"> {
  /** `undefined` when the condition cannot be read. */
  readonly operator: ConditionOperator | undefined;
  /** Whether no value can match; the clause then holds for a request without the key. */
  readonly negated: boolean;
  /** Sorted, each once. */
  readonly values: readonly string[];
  /** Whether `${…}` is a variable: policies before version 2012-10-17 take it literally. */
  readonly variables: boolean;
  /** For a condition on the role's own tags: whether it holds. */
  readonly holds?: Truth;
  /** For people: `StringEquals sts:ExternalId: a, b`. */
  readonly text: string;
}

const EQUALS = parseOperator("StringEquals").operator;
const NOT_EQUALS = parseOperator("StringNotEquals").operator;

/** The clauses of a statement; all of them must hold. What cannot be read is a clause that equals only itself. */
export function toClauses({ conditions, version }: Statement): Clause[] {
  return conditions.map((condition) => toClause(condition, version));
}

function toClause({ written, name, key, ...condition }: Condition, version: unknown): Clause {
  const values = [...new Set(condition.values)].toSorted();
  const operator = condition.unreadable === undefined ? canonical(condition.operator, values) : undefined;
  const negated = operator?.negated === true;
  return {
    operator,
    negated,
    ...(condition.qualifier && { qualifier: condition.qualifier }),
    // A negated operator is true for a missing key anyway.
    ifExists: condition.ifExists && !(negated && condition.qualifier === undefined),
    key,
    values,
    variables: version === "2012-10-17" && values.some((value) => value.includes("${")),
    text: condition.unreadable ?? `${written} ${name}: ${values.join(", ")}`,
  };
}

/** `StringLike` without a wildcard is `StringEquals`. */
function canonical(operator: ConditionOperator | undefined, values: readonly string[]): ConditionOperator | undefined {
  if (operator?.type !== "string" || !operator.wildcards || values.some((value) => /[*?$]/.test(value)))
    return operator;
  return operator.negated ? NOT_EQUALS : EQUALS;
}

/** Whether a request that meets all of `strict` always meets all of `loose`; `false` when that cannot be proven. */
export function implies(strict: readonly Clause[], loose: readonly Clause[]): boolean {
  return loose.every((wanted) => strict.some((clause) => clauseImplies(clause, wanted)));
}

/** A condition on the role's tags that holds lets more pass than the same one that does not. */
const CERTAINTY: readonly Truth[] = ["no", "unknown", "yes"];

function clauseImplies(strict: Clause, loose: Clause): boolean {
  if (strict.key !== loose.key) return false;
  if (!strict.operator || !loose.operator) return strict.text === loose.text;
  if (CERTAINTY.indexOf(strict.holds ?? "no") > CERTAINTY.indexOf(loose.holds ?? "no")) return false;
  if (isNull(loose) && requiresKey(strict) && loose.values.join() === "false") return true;
  if (strict.qualifier !== loose.qualifier || strict.variables !== loose.variables) return false;
  if (strict.ifExists && !loose.ifExists) return false;
  if (!isComparable(strict.operator, loose.operator)) return false;
  return strict.negated
    ? loose.values.every((value) => isCovered(value, strict))
    : strict.values.every((value) => isCovered(value, loose));
}

/** Whether a clause is one of the `Null` operator. */
export function isNull({ operator }: Pick<Clause, "operator">): boolean {
  return operator?.type === "presence";
}

function requiresKey(clause: Clause): boolean {
  return !isNull(clause) && !clause.ifExists && clause.qualifier !== "ForAllValues" && !clause.negated;
}

function isComparable(strict: ConditionOperator, loose: ConditionOperator): boolean {
  if (strict.negated !== loose.negated || strict.type !== loose.type) return false;
  // ArnEquals and ArnLike are one operator under two names.
  if (strict === loose || strict.matches === loose.matches) return true;
  return strict.negated ? strict.wildcards && loose === NOT_EQUALS : strict === EQUALS && loose.wildcards;
}

function isCovered(value: string, { operator, values }: Clause): boolean {
  return values.some((pattern) => pattern === value || covers(operator, pattern, value));
}

/** Whether every text that `value`, itself perhaps a pattern, matches is one that `pattern` matches. */
function covers(operator: ConditionOperator | undefined, pattern: string, value: string): boolean {
  if (operator?.type === "IP address") {
    return prefixLength(value) >= prefixLength(pattern) && inNetwork(pattern, value.split("/")[0] ?? "") === true;
  }
  if (operator?.wildcards !== true) return false;
  if (operator.type === "string" && pattern === "*") return true;
  // A `?` must not be taken for the one letter `*`, nor a variable for its own name.
  if (value.includes("${") || pattern.includes("${") || (pattern.includes("?") && /[*?]/.test(value))) return false;
  return operator.type === "ARN" ? matchesArn({ text: pattern }, value) === true : matchesWildcard(pattern, value);
}

/** A network without a length is one address. */
function prefixLength(network: string): number {
  const length = network.split("/")[1];
  return length === undefined ? Number.POSITIVE_INFINITY : Number(length);
}
