import { arnLike, arnNotLike } from "./arn-operators.ts";
import { binaryEquals } from "./binary-operator.ts";
import { bool } from "./bool-operator.ts";
import * as date from "./date-operators.ts";
import { ipAddress, notIpAddress } from "./ip-address-operators.ts";
import * as numeric from "./numeric-operators.ts";
import type { ConditionOperator } from "./operator.ts";
import * as string from "./string-operators.ts";

/**
 * Every operator that compares values, by its name in lower case. `Null` asks for presence and stands by itself.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export const OPERATORS: ReadonlyMap<string, ConditionOperator> = new Map([
  ["stringequals", string.stringEquals],
  ["stringnotequals", string.stringNotEquals],
  ["stringequalsignorecase", string.stringEqualsIgnoreCase],
  ["stringnotequalsignorecase", string.stringNotEqualsIgnoreCase],
  ["stringlike", string.stringLike],
  ["stringnotlike", string.stringNotLike],
  ["arnequals", arnLike],
  ["arnlike", arnLike],
  ["arnnotequals", arnNotLike],
  ["arnnotlike", arnNotLike],
  ["bool", bool],
  ["numericequals", numeric.numericEquals],
  ["numericnotequals", numeric.numericNotEquals],
  ["numericlessthan", numeric.numericLessThan],
  ["numericlessthanequals", numeric.numericLessThanEquals],
  ["numericgreaterthan", numeric.numericGreaterThan],
  ["numericgreaterthanequals", numeric.numericGreaterThanEquals],
  ["dateequals", date.dateEquals],
  ["datenotequals", date.dateNotEquals],
  ["datelessthan", date.dateLessThan],
  ["datelessthanequals", date.dateLessThanEquals],
  ["dategreaterthan", date.dateGreaterThan],
  ["dategreaterthanequals", date.dateGreaterThanEquals],
  ["ipaddress", ipAddress],
  ["notipaddress", notIpAddress],
  ["binaryequals", binaryEquals],
]);
