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

const OPERANDS: Readonly<Record<OperandType, (text: string) => boolean>> = {
  string: () => true,
  ARN: (text) => hasSixParts(text) || /^[*?]/.test(text),
  number: (text) => NUMBER.test(text),
  date: (text) => toMs(text) !== undefined,
  Boolean: (text) => BOOLEAN.test(text),
  presence: (text) => BOOLEAN.test(text),
  "IP address": (text) => inNetwork(text, text) !== undefined,
  base64: (text) => /^[A-Za-z0-9+/]*={0,2}$/.test(text),
};

/** Whether a text is a value that operators of this type take. */
export function isOperand(type: OperandType, text: string): boolean {
  return OPERANDS[type](text);
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

type Row = readonly [name: string, type: OperandType, matches: Compare, wildcards?: true];

const ORDERS: Readonly<Record<string, (request: number, policy: number) => boolean>> = {
  Equals: (request, policy) => request === policy,
  NotEquals: (request, policy) => request === policy,
  LessThan: (request, policy) => request < policy,
  LessThanEquals: (request, policy) => request <= policy,
  GreaterThan: (request, policy) => request > policy,
  GreaterThanEquals: (request, policy) => request >= policy,
};

function ordered(prefix: string, type: OperandType, read: (text: string) => number | undefined): readonly Row[] {
  return Object.entries(ORDERS).map(([name, holds]) => [`${prefix}${name}`, type, comparing(read, holds)]);
}

/** A name with `Not` is negated. */
const TABLE: readonly Row[] = [
  ["StringEquals", "string", equals],
  ["StringNotEquals", "string", equals],
  ["StringEqualsIgnoreCase", "string", equalsIgnoreCase],
  ["StringNotEqualsIgnoreCase", "string", equalsIgnoreCase],
  ["StringLike", "string", matchesWildcard, true],
  ["StringNotLike", "string", matchesWildcard, true],
  ["ArnEquals", "ARN", arnLike, true],
  // A malformed pattern is not assumed to match everything.
  ["ArnNotEquals", "ARN", matchesArn, true],
  ["ArnLike", "ARN", arnLike, true],
  ["ArnNotLike", "ARN", matchesArn, true],
  ...ordered("Numeric", "number", toNumber),
  ...ordered("Date", "date", toMs),
  ["Bool", "Boolean", bool],
  ["IpAddress", "IP address", inRange],
  ["NotIpAddress", "IP address", inRange],
  // Base 64 has one spelling, so that bytes compare as they are written.
  ["BinaryEquals", "base64", equals],
  ["Null", "presence", () => undefined],
];

const OPERATORS = TABLE.map(([name, type, matches, wildcards = false]): ConditionOperator => ({
  name,
  type,
  matches,
  wildcards,
  negated: name.includes("Not"),
}));
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
