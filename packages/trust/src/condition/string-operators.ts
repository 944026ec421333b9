import { matchesWildcard } from "../wildcard.ts";
import type { ConditionOperator } from "./operator.ts";

/** The exact text; `*` and `?` are ordinary characters here. */
export const stringEquals: ConditionOperator = {
  variables: true,
  matches: (policy, request) => policy.text === request,
};

export const stringNotEquals: ConditionOperator = { ...stringEquals, negated: true };

export const stringEqualsIgnoreCase: ConditionOperator = {
  variables: true,
  matches: (policy, request) => policy.text.toLowerCase() === request.toLowerCase(),
};

export const stringNotEqualsIgnoreCase: ConditionOperator = { ...stringEqualsIgnoreCase, negated: true };

/** The text with `*` and `?`, case and all. */
export const stringLike: ConditionOperator = {
  variables: true,
  matches: matchesWildcard,
};

export const stringNotLike: ConditionOperator = { ...stringLike, negated: true };
