import type { ConditionOperator } from "./operator.ts";

const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;

function comparing(holds: (request: number, policy: number) => boolean): ConditionOperator {
  return {
    matches: (policy, request) => {
      if (!NUMBER.test(policy.text)) return undefined;
      return NUMBER.test(request) && holds(Number(request), Number(policy.text));
    },
  };
}

export const numericEquals: ConditionOperator = comparing((request, policy) => request === policy);
export const numericNotEquals: ConditionOperator = { ...numericEquals, negated: true };
export const numericLessThan: ConditionOperator = comparing((request, policy) => request < policy);
export const numericLessThanEquals: ConditionOperator = comparing((request, policy) => request <= policy);
export const numericGreaterThan: ConditionOperator = comparing((request, policy) => request > policy);
export const numericGreaterThanEquals: ConditionOperator = comparing((request, policy) => request >= policy);
