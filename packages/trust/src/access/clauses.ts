import { asList, isRecord, quote, type Truth } from "@agent-roles/iam";

/** One key of a condition in one spelling, whatever the policy's own. */
export interface Clause {
  /** In lower case, without set operator and `IfExists`; `ArnEquals` reads `arnlike`, as they are the same. */
  readonly operator: string;
  readonly set: "forallvalues" | "foranyvalue" | undefined;
  readonly ifExists: boolean;
  /** In lower case: AWS ignores the case of key names. */
  readonly key: string;
  /** Sorted, each once. */
  readonly values: readonly string[];
  /** Whether `${…}` is a variable: policies before version 2012-10-17 take it literally. */
  readonly variables: boolean;
  /** Of a condition on the role's own tags, whether it holds; left out of others. */
  readonly holds?: Truth;
  /** For people: `StringEquals sts:ExternalId: a, b`. */
  readonly text: string;
}

const NAME = /^(?:(forallvalues|foranyvalue):)?(.+?)(ifexists)?$/;

/** Whether an operator wants no value to match; it is then true for a key that is not in the request. */
export function isNegated({ operator }: Pick<Clause, "operator">): boolean {
  return /^(?:string|arn|numeric|date)not|^notipaddress$/.test(operator);
}

/** The clauses of a `Condition` block; all of them must hold. What cannot be read is a clause that equals only itself. */
export function readClauses(condition: unknown, version: unknown): Clause[] {
  if (condition === undefined) return [];
  if (!isRecord(condition)) return [unreadable(`Condition ${quote(condition)}`)];
  return Object.entries(condition).flatMap(([operator, keys]) =>
    isRecord(keys)
      ? Object.entries(keys).map(([key, values]) => readClause(operator, key, values, version))
      : [unreadable(`Condition ${operator} ${quote(keys)}`)],
  );
}

function readClause(written: string, key: string, given: unknown, version: unknown): Clause {
  const [, set, name = "", ifExists] = NAME.exec(written.toLowerCase()) ?? [];
  const values = [...new Set(asList(given).map((value) => (typeof value === "string" ? value : quote(value))))];
  values.sort();
  const variables = version === "2012-10-17" && values.some((value) => value.includes("${"));
  const operator = sameAs(name, values);
  const clause = { operator, key: key.toLowerCase(), values, variables };
  return {
    ...clause,
    set: set === "forallvalues" || set === "foranyvalue" ? set : undefined,
    // A negated operator is true for a missing key anyway.
    ifExists: ifExists !== undefined && !(isNegated(clause) && set === undefined),
    text: `${written} ${key}: ${values.join(", ")}`,
  };
}

/** One name for operators that do the same. */
function sameAs(operator: string, values: readonly string[]): string {
  switch (operator) {
    case "arnequals":
      return "arnlike";
    case "arnnotequals":
      return "arnnotlike";
    case "stringlike":
    case "stringnotlike":
      return values.some((value) => /[*?$]/.test(value)) ? operator : operator.replace("like", "equals");
    default:
      return operator;
  }
}

function unreadable(text: string): Clause {
  return { operator: text, set: undefined, ifExists: false, key: "", values: [], variables: false, text };
}
