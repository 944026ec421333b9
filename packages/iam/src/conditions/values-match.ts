import { lastSegment } from "../arn.ts";
import { isMultivalued } from "../condition-keys.ts";
import { quote } from "../json.ts";
import { resolveVariables, type Resolved } from "../policy-variables.ts";
import type { ContextEntry, RequestContext } from "../request-context.ts";
import { allOf, anyOf, no, not, unknown, YES, type Match, type Truth } from "../truth.ts";
import type { Condition } from "../policy.ts";
import type { ConditionOperator } from "./operators.ts";

/** Why a comparison with a role's ARN is unknown. */
const PATH_UNKNOWN = "a session ARN does not include the path of its role; set caller.principalArn";

/** Keys whose values must not appear in a log. */
const UNSHOWN = new Set(["sts:externalid"]);

/**
 * Compares the request's values of a key with the policy's, by every operator but `Null`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export function valuesMatch(
  condition: Condition,
  operator: ConditionOperator,
  entry: ContextEntry,
  { version, context }: { readonly version: unknown; readonly context: RequestContext },
): Match {
  const { key, name, qualifier } = condition;
  const variables = operator.type === "string" || operator.type === "ARN";
  const resolve = (value: string): Resolved =>
    variables ? resolveVariables(value, version, context) : literally(value);
  switch (entry.state) {
    case "unknown": {
      const isDemand = whenAbsent(condition, operator).truth === "no";
      const resolved = isDemand ? condition.values.map(resolve) : [];
      const isDead = resolved.length > 0 && resolved.every(({ state }) => state === "absent");
      return isDead ? no(undecided(resolved) ?? NONE) : unknown(entry.why);
    }
    case "absent":
      return whenAbsent(condition, operator);
    case "present": {
      if (!qualifier && (entry.values.length > 1 || isMultivalued(key))) {
        return unknown(`${name} can have several values and needs ForAllValues: or ForAnyValue:`);
      }
      // AWS reads an empty text as an empty set, and everything is true of an empty set.
      if (qualifier === "ForAllValues" && entry.values.every((value) => value === "")) return YES;
      const resolved = condition.values.map(resolve);
      const { pathUnknown } = entry;
      const each = entry.values.map((value) => oneMatches(operator, { value, pathUnknown }, resolved));
      const truth = qualifier === "ForAnyValue" ? anyOf(each) : allOf(each);
      if (truth === "yes") return YES;
      if (truth === "no") return no(mismatch(condition, operator, entry.values));
      return unknown(
        undecided(resolved) ??
          (pathUnknown ? PATH_UNKNOWN : undefined) ??
          `a value among ${quote(condition.values)} cannot be compared`,
      );
    }
  }
}

/** A missing key: `ForAllValues` is true, `ForAnyValue` false; without them positive operators are false, negated ones true. */
function whenAbsent({ qualifier, ifExists }: Condition, operator: ConditionOperator): Match {
  if (qualifier === "ForAnyValue") {
    return ifExists ? unknown("AWS does not document ForAnyValue with IfExists for a missing key") : no(NONE);
  }
  return ifExists || qualifier === "ForAllValues" || operator.negated ? YES : no(NONE);
}

const NONE = "the request passes none";

function literally(text: string): Resolved {
  return { state: "text", pattern: { text } };
}

interface RequestValue {
  readonly value: string;
  readonly pathUnknown: true | undefined;
}

function oneMatches(operator: ConditionOperator, request: RequestValue, policyValues: readonly Resolved[]): Truth {
  const truth = anyOf(
    policyValues.map((value): Truth => {
      if (value.state === "unknown") return "unknown";
      // A variable without a value matches nothing; AWS does not say what not matching nothing is.
      if (value.state === "absent") return operator.negated ? "unknown" : "no";
      const matches = operator.matches(value.pattern, request.value);
      if (matches === undefined) return "unknown";
      if (matches) return "yes";
      const other = request.pathUnknown && withPathOf(value.pattern.text, request.value);
      return other !== undefined && operator.matches(value.pattern, other) ? "unknown" : "no";
    }),
  );
  return operator.negated ? not(truth) : truth;
}

function undecided(values: readonly Resolved[]): string | undefined {
  return values.flatMap((value) => (value.state === "text" ? [] : [value.why]))[0];
}

function mismatch({ key, values: wanted }: Condition, operator: ConditionOperator, given: readonly string[]): string {
  if (UNSHOWN.has(key)) {
    return operator.negated ? "the request passes one that the policy excludes" : "the request passes another one";
  }
  const passed = given.length === 1 ? quote(given[0]) : quote(given);
  const asked = wanted.length === 1 ? quote(wanted[0]) : quote(wanted);
  return `the request passes ${passed}, the policy ${operator.negated ? "excludes" : "wants"} ${asked}`;
}

/**
 * Gives the role the path that a policy's value asks for; whether it really has that path is unknown.
 *
 * @returns `undefined` when the value is not about a role with a path.
 */
function withPathOf(policyText: string, pathlessArn: string): string | undefined {
  const name = lastSegment(pathlessArn);
  const prefix = pathlessArn.slice(0, -name.length);
  const [, path] = /:role\/(.*\/)[^/]*$/.exec(policyText) ?? [];
  return path === undefined ? undefined : `${prefix}${path}${name}`;
}
