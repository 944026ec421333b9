import { COMMON_KEYS, type KeyType } from "./condition-keys.ts";
import { isOperand, OPERATOR_NAMES } from "./conditions/operators.ts";
import { quote } from "./json.ts";
import { nearest } from "./nearest.ts";
import { malformedVariable } from "./policy-variables.ts";
import type { Condition, Defect, Statement } from "./policy.ts";
import { isUnresolved } from "./unresolved.ts";

/**
 * What AWS rejects in `Condition`, and values that its operator can never match.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html
 */
export function* conditionDefects({ conditions, version }: Statement): Iterable<Defect> {
  const seen = new Map<string, string>();
  const reported = new Set<string>();
  for (const condition of conditions) {
    const { operator, written, name, key, place, unreadable } = condition;
    if (isUnresolved(written)) continue;
    if (operator === undefined) {
      if (!reported.has(written)) yield unknownOperator(condition);
      reported.add(written);
    } else if (unreadable !== undefined) {
      if (!isUnresolved(unreadable)) yield { code: "condition", message: unreadable, place };
    } else {
      yield* operandDefects(condition);
      const variable = version === "2012-10-17" ? condition.values.map(malformedVariable).find(Boolean) : undefined;
      if (variable !== undefined) {
        const message = `${written} ${name}: the policy variable ${quote(variable)} cannot be read`;
        yield { code: "operand", message, fix: "write ${key}, or ${key, 'default'}", place };
      }
      const same = `${written.toLowerCase()} ${key}`;
      const other = seen.get(same);
      if (other !== undefined) {
        const message = `${written} ${name}: the key is there already, as ${other}; AWS ignores the case of keys`;
        yield { code: "condition", message, fix: "write the key once, with all its values", place };
      }
      seen.set(same, name);
    }
  }
}

function unknownOperator({ written, place }: Condition): Defect {
  const [suffixed = "", set] = written.split(":").toReversed();
  const [base = "", ifExists = ""] = suffixed.split(/(?=IfExists$)/i);
  const meant = nearest(base, OPERATOR_NAMES);
  const fix =
    meant === undefined
      ? "write an operator that AWS has"
      : `did you mean ${set ? `${set}:` : ""}${meant}${ifExists && "IfExists"}?`;
  return { code: "operator", message: `there is no condition operator "${written}"`, fix, place };
}

function* operandDefects({ operator, written, name, key, values, place }: Condition): Iterable<Defect> {
  if (!operator) return;
  const { type } = operator;
  const what = `${written} ${name}`;
  if (values.length === 0) yield { code: "operand", message: `${what} has no value`, place };
  if ((type === "Boolean" || type === "presence") && values.length > 1) {
    yield { code: "operand", message: `${what} has several values; it accepts one of "true" and "false"`, place };
  }
  for (const value of values) {
    if (isUnresolved(value) || isOperand(type, value)) continue;
    const wanted = type === "presence" || type === "Boolean" ? `"true" or "false"` : `a value of type ${type}`;
    const shown = key === "sts:externalid" ? "its value" : quote(value);
    yield { code: "operand", message: `${what}: ${shown} is not ${wanted}`, fix: `write ${wanted}`, place };
  }
  const own = STS_TEXTS.has(key) ? "string" : COMMON_KEYS.get(key);
  if (own && type !== "presence" && !fits(own, type)) {
    const message = `${what}: the key's values are of type ${own}, and the operator compares ${type}`;
    yield { code: "operand", message, fix: `use an operator for ${own}`, place };
  }
}

/** Keys of STS whose values are text. */
const STS_TEXTS = new Set(["sts:externalid", "sts:rolesessionname", "sts:sourceidentity"]);

/** Whether an operator of a type can compare a key's values: an ARN and a Boolean are compared as text, too. */
function fits(own: KeyType, type: string): boolean {
  return own === type || (type === "string" && (own === "ARN" || own === "Boolean"));
}
