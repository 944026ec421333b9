import { readOperatorName, type OperatorName } from "../condition/operator-name.ts";
import { asList, isRecord } from "../json.ts";
import { isUnresolved } from "./unresolved.ts";

/** One operator with one key of a `Condition` block. */
export interface ConditionEntry {
  /** The operator as written. */
  readonly written: string;
  /** `undefined` for an operator that AWS does not have. */
  readonly operator: OperatorName | undefined;
  /** The key as written. */
  readonly name: string;
  /** In lower case, to compare. */
  readonly key: string;
  readonly values: readonly string[];
}

/** Reads a `Condition` block into its entries; what has not the form of one is left out. */
export function readConditions(condition: unknown): readonly ConditionEntry[] {
  if (!isRecord(condition)) return [];
  return Object.entries(condition).flatMap(([written, keys]) =>
    isRecord(keys)
      ? Object.entries(keys).map(([name, values]) => ({
          written,
          operator: readOperatorName(written),
          name,
          key: name.toLowerCase(),
          values: asList(values).filter(isScalar).map(String),
        }))
      : [],
  );
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** Whether the operator is one of the `Not…` ones. */
export function isNegated({ operator }: ConditionEntry): boolean {
  return operator?.check === "values" && operator.operator.negated === true;
}

/** Whether a request without the key, or with another value, is kept out: no negation, no `IfExists`, no `ForAllValues`. */
export function isDemand({ operator }: ConditionEntry): boolean {
  return (
    operator?.check === "values" &&
    operator.operator.negated !== true &&
    !operator.ifExists &&
    operator.set !== "ForAllValues"
  );
}

/** Whether `Null` asks for the key to be there. */
export function isPresenceGuard({ operator, values }: ConditionEntry): boolean {
  return (
    operator?.check === "presence" && values.length > 0 && values.every((value) => value.toLowerCase() === "false")
  );
}

/** Whether the operator takes `*` and `?` as wildcards. */
export function takesWildcards({ written }: ConditionEntry): boolean {
  return /like|arn/i.test(written);
}

/** Stands for what a request may fill in with anything; no text of a policy holds it. */
const ANYTHING = "\u0000";
/** Variables of the role, which no caller chooses. Its tags are not among them: a transitive session tag takes their place. */
const OWN = /^\$\{aws:Resource(?:Account|OrgID)\}$/i;

/**
 * What of a value every request that passes has at the beginning: the text before the first wildcard or policy variable,
 * which has a colon. A variable of the role reads like what is not known offline.
 */
export function certainPart(value: string, entry: ConditionEntry): string {
  // A number that is larger or smaller shares nothing with it.
  if (/than/i.test(entry.written)) return "";
  const text = withoutVariables(value);
  const open = text.search(takesWildcards(entry) ? /[*?\0]/ : /\0/);
  return open === -1 ? text : text.slice(0, open);
}

/** The value with no colon in its variables, so that it can be split into the parts of an ARN. */
export function withoutVariables(value: string): string {
  return value.replaceAll(/\$\{[^{}:]*:[^{}]*\}/g, (variable) => (OWN.test(variable) ? "${own}" : ANYTHING));
}

/** Whether a value lets nearly anything pass: nothing but wildcards and separators. */
export function isAnything(value: string): boolean {
  return /^[*?:/]*$/.test(value) && !isUnresolved(value);
}
