import { type Condition, isUnresolved, type Statement } from "@agent-roles/iam";
import { meeting } from "../access/clause-values.ts";
import { instance } from "../access/mentioned.ts";

/** What a caller is, as opposed to what it can pass or come from. */
const GIVEN = new Set([
  "aws:principalarn",
  "aws:principalaccount",
  "aws:principaltype",
  "aws:principalisawsservice",
  "aws:securetransport",
  "aws:viaawsservice",
  "aws:resourceaccount",
  "aws:multifactorauthpresent",
  "aws:multifactorauthage",
  "aws:userid",
]);

/**
 * The condition keys with which a call has the best chance: what each Allow demands and each Deny spares. A caller that is
 * denied even so is denied for what it is.
 *
 * @param known keys that the caller cannot choose; `undefined` for those that its calls do not have.
 */
export function bestRequest(
  statements: readonly Statement[],
  known: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const context: Record<string, string> = {};
  for (const { effect, conditions } of statements) {
    for (const condition of conditions) {
      const { key, operator } = condition;
      if (GIVEN.has(key) || key in known || operator?.negated !== (effect === "Deny")) continue;
      const value = fittingValue(condition);
      if (value !== undefined) context[key] ??= value;
    }
  }
  for (const [key, value] of Object.entries(known)) if (value !== undefined) context[key] = value;
  return context;
}

/** A value for which the operator holds, before negation. */
function fittingValue({ operator, values: [value] }: Condition): string | undefined {
  if (operator === undefined || value === undefined || isUnresolved(value)) return undefined;
  const { type } = operator;
  if (type === "presence") return value.toLowerCase() === "false" ? "x" : undefined;
  if (type === "date" || type === "base64") return undefined;
  return type === "number" || type === "IP address" ? meeting(operator, value) : instance(value);
}
