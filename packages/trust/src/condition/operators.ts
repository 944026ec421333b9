import { arnLike, arnNotLike } from "./arn-operators.ts";
import { binaryEquals } from "./binary-operator.ts";
import { bool } from "./bool-operator.ts";
import * as date from "./date-operators.ts";
import { ipAddress, notIpAddress } from "./ip-address-operators.ts";
import * as numeric from "./numeric-operators.ts";
import type { ConditionOperator } from "./operator.ts";
import * as string from "./string-operators.ts";

/**
 * Every operator that compares values. `Null` asks for presence and stands by itself.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
const BY_NAME: ReadonlyMap<string, ConditionOperator> = new Map([
  ["StringEquals", string.stringEquals],
  ["StringNotEquals", string.stringNotEquals],
  ["StringEqualsIgnoreCase", string.stringEqualsIgnoreCase],
  ["StringNotEqualsIgnoreCase", string.stringNotEqualsIgnoreCase],
  ["StringLike", string.stringLike],
  ["StringNotLike", string.stringNotLike],
  ["ArnEquals", arnLike],
  ["ArnLike", arnLike],
  ["ArnNotEquals", arnNotLike],
  ["ArnNotLike", arnNotLike],
  ["Bool", bool],
  ["NumericEquals", numeric.numericEquals],
  ["NumericNotEquals", numeric.numericNotEquals],
  ["NumericLessThan", numeric.numericLessThan],
  ["NumericLessThanEquals", numeric.numericLessThanEquals],
  ["NumericGreaterThan", numeric.numericGreaterThan],
  ["NumericGreaterThanEquals", numeric.numericGreaterThanEquals],
  ["DateEquals", date.dateEquals],
  ["DateNotEquals", date.dateNotEquals],
  ["DateLessThan", date.dateLessThan],
  ["DateLessThanEquals", date.dateLessThanEquals],
  ["DateGreaterThan", date.dateGreaterThan],
  ["DateGreaterThanEquals", date.dateGreaterThanEquals],
  ["IpAddress", ipAddress],
  ["NotIpAddress", notIpAddress],
  ["BinaryEquals", binaryEquals],
]);

/** The operators by their names in lower case. */
export const OPERATORS: ReadonlyMap<string, ConditionOperator> = new Map(
  [...BY_NAME].map(([name, operator]) => [name.toLowerCase(), operator]),
);

/** All that AWS has, as AWS writes them. */
export const OPERATOR_NAMES: readonly string[] = [...BY_NAME.keys(), "Null"];
