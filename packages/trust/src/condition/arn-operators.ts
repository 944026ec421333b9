import { matchesArn } from "../arn-pattern.ts";
import type { ConditionOperator } from "./operator.ts";

/** Six parts, each matched by itself. `ArnEquals` and `ArnLike` are the same operator under two names. */
export const arnLike: ConditionOperator = {
  variables: true,
  matches: matchesArn,
};

export const arnNotLike: ConditionOperator = { ...arnLike, negated: true };
