import type { ConditionOperator } from "./operator.ts";

/** W3C's profile of ISO 8601, from the day on. */
const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const EPOCH_SECONDS = /^\d+$/;

function toMs(text: string): number | undefined {
  if (EPOCH_SECONDS.test(text)) return Number(text) * 1000;
  if (!ISO.test(text)) return undefined;
  // A time without a zone is UTC to AWS, local time to Date.
  const zoned = text.includes("T") && !/(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? `${text}Z` : text;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) ? undefined : ms;
}

function comparing(holds: (request: number, policy: number) => boolean): ConditionOperator {
  return {
    matches: (policy, request) => {
      const wanted = toMs(policy.text);
      if (wanted === undefined) return undefined;
      const given = toMs(request);
      return given !== undefined && holds(given, wanted);
    },
  };
}

export const dateEquals: ConditionOperator = comparing((request, policy) => request === policy);
export const dateNotEquals: ConditionOperator = { ...dateEquals, negated: true };
export const dateLessThan: ConditionOperator = comparing((request, policy) => request < policy);
export const dateLessThanEquals: ConditionOperator = comparing((request, policy) => request <= policy);
export const dateGreaterThan: ConditionOperator = comparing((request, policy) => request > policy);
export const dateGreaterThanEquals: ConditionOperator = comparing((request, policy) => request >= policy);
