import { asList } from "../json.ts";
import { ASSUME_ACTIONS } from "../requested-actions.ts";
import type { Statement } from "../statement.ts";
import { matchesWildcard } from "../wildcard.ts";
import { isAnything, isDemand, readConditions, takesWildcards, type ConditionEntry } from "./condition-entries.ts";
import { readPrincipals, type Principal } from "./principals.ts";

/** A statement with its principals and conditions listed. */
export interface LintStatement extends Statement {
  readonly principals: readonly Principal[];
  readonly conditions: readonly ConditionEntry[];
  /** As written; of `NotAction` when `excludes`. */
  readonly actions: readonly string[];
  readonly excludes: boolean;
}

/** Lists what stands in a statement. */
export function toLintStatement(statement: Statement): LintStatement {
  const { Principal: principal, Condition: condition, Action: action, NotAction: excluded } = statement.elements;
  return {
    ...statement,
    principals: readPrincipals(principal),
    conditions: readConditions(condition),
    actions: asList(action ?? excluded ?? []).filter((each) => typeof each === "string"),
    excludes: action === undefined && excluded !== undefined,
  };
}

/** Whether the statement is about an action, by its `Action` or `NotAction`. */
export function covers({ actions, excludes }: LintStatement, action: string): boolean {
  return excludes !== actions.some((pattern) => matchesWildcard(pattern.toLowerCase(), action.toLowerCase()));
}

/** Whether it allows one of the three calls that give the role's credentials. */
export function allowsAssuming(statement: LintStatement): boolean {
  return statement.effect === "Allow" && ASSUME_ACTIONS.some((action) => covers(statement, action));
}

/**
 * Whether every request that passes has one of these keys with a value that says something.
 *
 * @param keys names in lower case, or a test.
 * @param narrows whether a value says enough; by default whatever is not wildcards only.
 */
export function demands(
  { conditions }: LintStatement,
  keys: ReadonlySet<string> | ((key: string) => boolean),
  narrows: (value: string, entry: ConditionEntry) => boolean = saysSomething,
): boolean {
  const wanted = typeof keys === "function" ? keys : (key: string): boolean => keys.has(key);
  return conditions.some(
    (entry) =>
      isDemand(entry) &&
      wanted(entry.key) &&
      entry.values.length > 0 &&
      entry.values.every((value) => narrows(value, entry)),
  );
}

/** Whether a value is more than wildcards. */
export function saysSomething(value: string, entry: ConditionEntry): boolean {
  return !takesWildcards(entry) || !isAnything(value);
}
