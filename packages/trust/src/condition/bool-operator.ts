import type { ConditionOperator } from "./operator.ts";

/** `true` or `false`, in any case. */
export const bool: ConditionOperator = {
  matches: (policy, request) => {
    const wanted = policy.text.toLowerCase();
    return wanted === "true" || wanted === "false" ? wanted === request.toLowerCase() : undefined;
  },
};
