import { quote } from "../json.ts";
import { resolveVariables, type Resolved } from "../policy-variables.ts";
import type { ContextEntry, RequestContext } from "../request-context.ts";
import { allOf, anyOf, no, not, unknown, YES, type Match, type Truth } from "../truth.ts";
import type { OperatorName } from "./operator-name.ts";
import { PATH_UNKNOWN, withPathOf } from "./unknown-path.ts";

type Comparison = Extract<OperatorName, { check: "values" }>;

/** A key's name and what the request says of it. */
export interface RequestKey {
  readonly key: string;
  readonly entry: ContextEntry;
}

/** Keys that may hold several values; without a set operator AWS does not say how they compare. */
export const MULTIVALUED: ReadonlySet<string> = new Set([
  "aws:tagkeys",
  "aws:principalorgpaths",
  "aws:resourceorgpaths",
  "sts:transitivetagkeys",
]);

/** Anybody may read a role's external id there, but a log is the wrong place to learn it from. */
const UNSHOWN = new Set(["sts:externalid"]);

/**
 * Compares the request's values of a key with the policy's, by every operator but `Null`.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
 */
export function valuesMatch(
  comparison: Comparison,
  { key, entry }: RequestKey,
  policyValues: readonly string[],
  version: unknown,
  context: RequestContext,
): Match {
  switch (entry.state) {
    case "unknown":
      return unknown(entry.why);
    case "absent":
      return whenAbsent(comparison);
    case "present": {
      if (!comparison.set && (entry.values.length > 1 || MULTIVALUED.has(key.toLowerCase()))) {
        return unknown(`${key} may hold several values and needs ForAllValues: or ForAnyValue:`);
      }
      // AWS takes an empty text for an empty set, of which everything is true.
      if (comparison.set === "ForAllValues" && entry.values.every((value) => value === "")) return YES;
      const resolved = policyValues.map((value) =>
        comparison.operator.variables ? resolveVariables(value, version, context) : literally(value),
      );
      const { pathUnknown } = entry;
      const each = entry.values.map((value) => oneMatches(comparison, { value, pathUnknown }, resolved));
      const truth = comparison.set === "ForAnyValue" ? anyOf(each) : allOf(each);
      if (truth === "yes") return YES;
      if (truth === "no") return no(mismatch(key, entry.values, policyValues, comparison));
      return unknown(
        undecided(resolved) ??
          (pathUnknown ? PATH_UNKNOWN : undefined) ??
          `a value among ${quote(policyValues)} cannot be compared`,
      );
    }
  }
}

/** A missing key: positive operators are false, negated ones true; a set operator decides before that. */
function whenAbsent({ operator, set, ifExists }: Comparison): Match {
  if (set === "ForAnyValue") {
    return ifExists ? unknown("what ForAnyValue with IfExists makes of a missing key is open") : no(NONE);
  }
  return ifExists || set || operator.negated ? YES : no(NONE);
}

const NONE = "the request passes none";

function literally(text: string): Resolved {
  return { state: "text", pattern: { text } };
}

interface RequestValue {
  readonly value: string;
  readonly pathUnknown: true | undefined;
}

function oneMatches({ operator }: Comparison, request: RequestValue, policyValues: readonly Resolved[]): Truth {
  const truth = anyOf(
    policyValues.map((value): Truth => {
      if (value.state === "unknown") return "unknown";
      // A variable without a value matches nothing; AWS does not say what not matching nothing is.
      if (value.state === "missing") return operator.negated ? "unknown" : "no";
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

function mismatch(key: string, given: readonly string[], wanted: readonly string[], { operator }: Comparison): string {
  if (UNSHOWN.has(key.toLowerCase())) {
    return operator.negated ? "the request passes one that the policy excludes" : "the request passes another one";
  }
  const passed = given.length === 1 ? quote(given[0]) : quote(given);
  const asked = wanted.length === 1 ? quote(wanted[0]) : quote(wanted);
  return `the request passes ${passed}, the policy ${operator.negated ? "excludes" : "wants"} ${asked}`;
}
