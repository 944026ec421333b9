import type { Pattern } from "../wildcard.ts";

/** How one condition operator compares. */
export interface ConditionOperator {
  /** A negated operator wants no value to match, and is true for a key that is not in the request. */
  readonly negated?: true;
  /** Whether the policy may use variables and wildcards in the value; the operators on text and ARNs. */
  readonly variables?: true;
  /**
   * Whether the request's value matches the policy's, before negation.
   *
   * @returns `undefined` when the policy's value is not of the operator's type, so that nobody can say.
   */
  readonly matches: (policyValue: Pattern, requestValue: string) => boolean | undefined;
}
