import { asList, isRecord, quote } from "../json.ts";
import { lookUp, type RequestContext } from "../request-context.ts";
import { no, unknown, YES, type Match } from "../truth.ts";
import { readOperatorName } from "./operator-name.ts";
import { presenceMatches } from "./presence.ts";
import { valuesMatch } from "./values-match.ts";

/**
 * Whether a `Condition` block holds: every key of every operator must.
 *
 * @param version the policy's `Version`, which decides whether variables are filled in.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
 */
export function conditionMatches(condition: unknown, version: unknown, context: RequestContext): Match {
  if (condition === undefined) return YES;
  if (!isRecord(condition)) return unknown(`Condition ${quote(condition)} is not an object`);
  let result = YES;
  for (const [written, keys] of Object.entries(condition)) {
    if (!isRecord(keys)) {
      result = unknown(`Condition ${written} holds ${quote(keys)} instead of an object`);
      continue;
    }
    for (const [key, values] of Object.entries(keys)) {
      const match = keyMatches(written, key, values, version, context);
      if (match.truth === "yes") continue;
      const why = `Condition ${written} ${key}: ${match.why}`;
      if (match.truth === "no") return no(why);
      result = unknown(why);
    }
  }
  return result;
}

function keyMatches(written: string, key: string, values: unknown, version: unknown, context: RequestContext): Match {
  const name = readOperatorName(written);
  if (!name) return unknown(`${quote(written)} is not an operator that is known here`);
  const policyValues = asList(values);
  if (!policyValues.every((value) => /^(?:string|number|boolean)$/.test(typeof value))) {
    return unknown(`${quote(values)} is not a text, a number, a boolean or a list of them`);
  }
  const texts = policyValues.map(String);
  const entry = lookUp(context, key);
  return name.check === "presence"
    ? presenceMatches(entry, texts)
    : valuesMatch(name, { key, entry }, texts, version, context);
}
