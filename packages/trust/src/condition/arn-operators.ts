import { hasSixParts, matchesArn } from "../arn-pattern.ts";
import type { ConditionOperator } from "./operator.ts";

/**
 * Six parts, each matched by itself. `ArnEquals` and `ArnLike` are the same operator under two names. A pattern with
 * fewer parts fits no ARN; about a lone `*` AWS says nothing.
 */
export const arnLike: ConditionOperator = {
  variables: true,
  matches: (policy, request) => {
    const malformed = policy.text !== "*" && !hasSixParts(policy.text);
    return malformed ? false : matchesArn(policy, request);
  },
};

/** The opposite; but that a malformed pattern lets everybody pass is not taken for granted. */
export const arnNotLike: ConditionOperator = {
  negated: true,
  variables: true,
  matches: matchesArn,
};
