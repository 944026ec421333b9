import { hasSixParts, matchesArn } from "../arn-pattern.ts";
import { matchesWildcard, type Pattern } from "../wildcard.ts";
import { inNetwork } from "./ip-network.ts";

/** A condition operator of AWS, without set qualifier and `IfExists`. */
export interface ConditionOperator {
  /** As AWS writes it. */
  readonly name: string;
  /** What it compares. `Null` asks for presence and compares nothing. */
  readonly type: OperandType;
  /** A negated operator wants no value to match, and is true for a key that is not in the request. */
  readonly negated: boolean;
  /** Whether `*` and `?` in the policy's value are wildcards. */
  readonly wildcards: boolean;
  /**
   * Whether the request's value matches the policy's, before negation.
   *
   * @returns `undefined` when the policy's value is not of the operator's type, so that the result is unknown.
   */
  readonly matches: (policyValue: Pattern, requestValue: string) => boolean | undefined;
}

type OperandType = "string" | "ARN" | "number" | "date" | "Boolean" | "IP address" | "base64" | "presence";

type Compare = ConditionOperator["matches"];

const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;
/** W3C's profile of ISO 8601, from the day on. */
const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const EPOCH_SECONDS = /^\d+$/;
const BOOLEAN = /^(?:true|false)$/i;

/** Whether a text is a value that operators of this type take. */
export function isOperand(type: OperandType, text: string): boolean {
  switch (type) {
    case "string":
      return true;
    case "ARN":
      return hasSixParts(text) || /^[*?]/.test(text);
    case "number":
      return NUMBER.test(text);
    case "date":
      return toMs(text) !== undefined;
    case "Boolean":
    case "presence":
      return BOOLEAN.test(text);
    case "IP address":
      return inNetwork(text, text) !== undefined;
    case "base64":
      return /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  }
}

const equals: Compare = (policy, request) => policy.text === request;
const equalsIgnoreCase: Compare = (policy, request) => policy.text.toLowerCase() === request.toLowerCase();
const bool: Compare = (policy, request) => (BOOLEAN.test(policy.text) ? equalsIgnoreCase(policy, request) : undefined);
const inRange: Compare = (policy, request) => inNetwork(policy.text, request);

/**
 * Six parts, each matched by itself. `ArnEquals` and `ArnLike` are the same operator under two names. A pattern with
 * fewer parts fits no ARN; about a lone `*` AWS says nothing.
 */
const arnLike: Compare = (policy, request) =>
  policy.text !== "*" && !hasSixParts(policy.text) ? false : matchesArn(policy, request);

function comparing(
  read: (text: string) => number | undefined,
  holds: (request: number, policy: number) => boolean,
): Compare {
  return (policy, request) => {
    const wanted = read(policy.text);
    if (wanted === undefined) return undefined;
    const given = read(request);
    return given !== undefined && holds(given, wanted);
  };
}

function toNumber(text: string): number | undefined {
  return NUMBER.test(text) ? Number(text) : undefined;
}

function toMs(text: string): number | undefined {
  if (EPOCH_SECONDS.test(text)) return Number(text) * 1000;
  if (!ISO.test(text)) return undefined;
  // A time without a zone is UTC to AWS, local time to Date.
  const zoned = text.includes("T") && !/(?:Z|[+-]\d{2}:?\d{2})$/.test(text) ? `${text}Z` : text;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) ? undefined : ms;
}

function* stringsAndArns(): Iterable<ConditionOperator> {
  const string = { type: "string", wildcards: false } as const;
  yield { ...string, name: "StringEquals", negated: false, matches: equals };
  yield { ...string, name: "StringNotEquals", negated: true, matches: equals };
  yield { ...string, name: "StringEqualsIgnoreCase", negated: false, matches: equalsIgnoreCase };
  yield { ...string, name: "StringNotEqualsIgnoreCase", negated: true, matches: equalsIgnoreCase };
  yield { ...string, name: "StringLike", negated: false, wildcards: true, matches: matchesWildcard };
  yield { ...string, name: "StringNotLike", negated: true, wildcards: true, matches: matchesWildcard };
  for (const name of ["Equals", "Like"]) {
    const arn = { type: "ARN", wildcards: true } as const;
    yield { ...arn, name: `Arn${name}`, negated: false, matches: arnLike };
    // A malformed pattern is not assumed to match everything.
    yield { ...arn, name: `ArnNot${name}`, negated: true, matches: matchesArn };
  }
}

function* numbersAndDates(): Iterable<ConditionOperator> {
  for (const [prefix, type, read] of [
    ["Numeric", "number", toNumber],
    ["Date", "date", toMs],
  ] as const) {
    const compare = (
      name: string,
      holds: (request: number, policy: number) => boolean,
      negated = false,
    ): ConditionOperator => ({
      name: `${prefix}${name}`,
      type,
      negated,
      wildcards: false,
      matches: comparing(read, holds),
    });
    yield compare("Equals", (request, policy) => request === policy);
    yield compare("NotEquals", (request, policy) => request === policy, true);
    yield compare("LessThan", (request, policy) => request < policy);
    yield compare("LessThanEquals", (request, policy) => request <= policy);
    yield compare("GreaterThan", (request, policy) => request > policy);
    yield compare("GreaterThanEquals", (request, policy) => request >= policy);
  }
}

function* others(): Iterable<ConditionOperator> {
  const plain = { negated: false, wildcards: false };
  yield { ...plain, name: "Bool", type: "Boolean", matches: bool };
  yield { ...plain, name: "IpAddress", type: "IP address", matches: inRange };
  yield { ...plain, name: "NotIpAddress", type: "IP address", negated: true, matches: inRange };
  // Base 64 has one spelling, so that bytes compare as they are written.
  yield { ...plain, name: "BinaryEquals", type: "base64", matches: equals };
  yield { ...plain, name: "Null", type: "presence", matches: () => undefined };
}

const OPERATORS: readonly ConditionOperator[] = [...stringsAndArns(), ...numbersAndDates(), ...others()];
const BY_NAME = new Map(OPERATORS.map((operator) => [operator.name.toLowerCase(), operator]));

/**
 * All condition operators, as AWS writes them.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export const OPERATOR_NAMES: readonly string[] = OPERATORS.map(({ name }) => name);

/** A condition operator as a policy writes it, taken apart. */
export interface OperatorUse {
  /** `undefined` for an operator that AWS does not have. */
  readonly operator: ConditionOperator | undefined;
  /** How to compare a key with several values. */
  readonly qualifier?: "ForAllValues" | "ForAnyValue";
  /** `…IfExists`: true for a key that is not in the request. */
  readonly ifExists: boolean;
}

const WRITTEN = /^(?:(forallvalues|foranyvalue):)?([a-z]+?)(ifexists)?$/;

/** Reads `ForAllValues:StringLikeIfExists` and the like; case does not matter. */
export function parseOperator(written: string): OperatorUse {
  const [, set, base = "", suffix] = WRITTEN.exec(written.toLowerCase()) ?? [];
  const ifExists = suffix !== undefined;
  const operator = BY_NAME.get(base);
  if (operator?.type === "presence" && (set || ifExists)) return { operator: undefined, ifExists };
  if (!set) return { operator, ifExists };
  return { operator, ifExists, qualifier: set === "forallvalues" ? "ForAllValues" : "ForAnyValue" };
}
