import { matchesWildcard, type Pattern } from "./wildcard.ts";

/** An ARN has six parts; the last one keeps its colons. */
const PARTS = 6;

/**
 * Whether an ARN matches a pattern of the ARN condition operators: each of the six parts by itself, so that `*` crosses
 * `/` but not the `:` between parts.
 *
 * @returns `undefined` when the pattern does not have six parts, or writes a wildcard as a variable.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function matchesArn(pattern: Pattern, arn: string): boolean | undefined {
  const wanted = splitParts(pattern.text);
  if (!wanted || pattern.literals) return undefined;
  const parts = splitParts(arn);
  return parts !== undefined && wanted.every((part, i) => matchesWildcard(part, parts[i] ?? ""));
}

/**
 * Whether a resource ARN matches a `Resource` value. There a `*` can match colons, and missing parts at the end match anything.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function matchesResource(pattern: Pattern, arn: string): boolean {
  if (matchesWildcard(pattern, arn)) return true;
  if (!pattern.text.startsWith("arn:") || hasSixParts(pattern.text)) return false;
  return matchesWildcard({ ...pattern, text: `${pattern.text}:*` }, arn);
}

/** Whether a pattern has the six parts of an ARN. Counts instead of splitting: it is asked of each of hundreds of patterns. */
export function hasSixParts(pattern: string): boolean {
  let colon = -1;
  for (let parts = 1; parts < PARTS; parts++) {
    colon = pattern.indexOf(":", colon + 1);
    if (colon < 0) return false;
  }
  return true;
}

function splitParts(text: string): readonly string[] | undefined {
  const parts = text.split(":");
  if (parts.length < PARTS) return undefined;
  return [...parts.slice(0, PARTS - 1), parts.slice(PARTS - 1).join(":")];
}
