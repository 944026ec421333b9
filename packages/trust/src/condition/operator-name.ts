import type { ConditionOperator } from "./operator.ts";
import { OPERATORS } from "./operators.ts";

/** A condition operator as written, taken apart. */
export type OperatorName =
  | { readonly check: "presence" }
  | {
      readonly check: "values";
      readonly operator: ConditionOperator;
      /** How to compare a key with several values. */
      readonly set?: "ForAllValues" | "ForAnyValue";
      /** `…IfExists`: true for a key that is not in the request. */
      readonly ifExists: boolean;
    };

const NAME = /^(?:(forallvalues|foranyvalue):)?([a-z]+?)(ifexists)?$/;

/**
 * Reads `ForAllValues:StringLikeIfExists` and the like; case does not matter.
 *
 * @returns `undefined` for an operator that AWS does not have.
 */
export function readOperatorName(written: string): OperatorName | undefined {
  const [, set, base = "", ifExists] = NAME.exec(written.toLowerCase()) ?? [];
  if (base === "null") return set || ifExists ? undefined : { check: "presence" };
  const operator = OPERATORS.get(base);
  if (!operator) return undefined;
  const plain = { check: "values", operator, ifExists: ifExists !== undefined } as const;
  if (!set) return plain;
  return { ...plain, set: set === "forallvalues" ? "ForAllValues" : "ForAnyValue" };
}
