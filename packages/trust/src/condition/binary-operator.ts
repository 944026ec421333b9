import type { ConditionOperator } from "./operator.ts";

/** Bytes in base 64, compared as they are written: base 64 has one spelling. */
export const binaryEquals: ConditionOperator = {
  matches: (policy, request) => policy.text === request,
};
