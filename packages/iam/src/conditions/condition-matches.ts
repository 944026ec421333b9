import { quote } from "../json.ts";
import type { Condition } from "../policy.ts";
import { lookUp, type ContextEntry, type RequestContext } from "../request-context.ts";
import { no, unknown, YES, type Match } from "../truth.ts";
import { valuesMatch } from "./values-match.ts";

/**
 * Whether all conditions of a statement hold: every key of every operator must.
 *
 * @param version the policy's `Version`, which decides whether variables are filled in.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
export function conditionsMatch(conditions: readonly Condition[], version: unknown, context: RequestContext): Match {
  let result = YES;
  for (const condition of conditions) {
    const match = conditionMatches(condition, version, context);
    if (match.truth === "no") return match;
    if (match.truth === "unknown") result = match;
  }
  return result;
}

function conditionMatches(condition: Condition, version: unknown, context: RequestContext): Match {
  const { written, name, operator, values, unreadable } = condition;
  if (operator === undefined || unreadable !== undefined) return unknown(unreadable ?? `${written} is not an operator`);
  const entry = lookUp(context, name);
  const match =
    operator.type === "presence"
      ? presenceMatches(entry, values)
      : valuesMatch(condition, operator, entry, { version, context });
  return match.truth === "yes" ? match : { ...match, why: `Condition ${written} ${name}: ${match.why}` };
}

/** The `Null` operator: `"true"` requires the key to be absent, `"false"` requires it to be there. */
function presenceMatches(entry: ContextEntry, wanted: readonly string[]): Match {
  if (entry.state === "unknown" && !entry.exists) return unknown(entry.why);
  const absent = String(entry.state === "absent");
  const values = wanted.map((value) => value.toLowerCase());
  if (values.includes(absent)) return YES;
  const strange = values.find((value) => value !== "true" && value !== "false");
  if (strange !== undefined) return unknown(`Null takes "true" or "false", not ${quote(strange)}`);
  return no(entry.state === "absent" ? "the request passes none" : "the request passes one, the policy wants none");
}
