import { asList, isRecord, itemsOf, listOf } from "@agent-roles/iam";
import { holdsPlaceholder } from "../placeholder.ts";
import { type Notes, once, type Scope, unknown, type ConditionVerdict } from "../scope.ts";
import { asText, malformed } from "./text.ts";

/**
 * `Fn::If`: `[condition, then, else]`. An undecided condition is taken both ways, one variant each, and noted.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html
 */
export function ifCondition(argument: unknown, at: string, scope: Scope): unknown {
  const [name, yes, no] = itemsOf(argument);
  if (typeof name !== "string") return malformed("Fn::If", argument, at, scope);
  const { holds } = conditionHolds(name, at, scope);
  return scope.resolve(holds ? yes : no, at);
}

/** Whether a named condition holds; how that is known is noted at `at` unless it is certain. */
function conditionHolds(name: string, at: string, scope: Scope): ConditionVerdict {
  const verdict = named(name, at, scope.noting(new Map()));
  const { holds, because } = verdict;
  if (because === "known") return verdict;
  const byDefault = `${holds}, from the parameters' defaults`;
  const assumed = because === "default" ? byDefault : "true or false: both are checked";
  unknown(scope, at, { Condition: name }, assumed, 0, "alternative");
  return verdict;
}

/** Whether a resource is created: it has no condition, or one that holds. */
export function isCreated(resource: Readonly<Record<string, unknown>>, at: string, scope: Scope): boolean {
  const { Condition: condition } = resource;
  return typeof condition !== "string" || conditionHolds(condition, at, scope).holds;
}

/**
 * The same for what must not be passed over: that it is not created is never left to the parameters' defaults, because a deployment can
 * pass others. The comparisons that its condition comes down to are undecided in this variant from then on.
 */
export function mayBeCreated(resource: Readonly<Record<string, unknown>>, at: string, scope: Scope): boolean {
  const { Condition: condition } = resource;
  if (typeof condition === "string") {
    const { holds, because } = named(condition, at, scope.noting(new Map()));
    if (!holds && because === "default") {
      for (const each of comparisons({ Condition: condition }, scope)) scope.variant.doubted.add(keyOf(each, scope));
      scope.variant.memo.verdicts.clear();
    }
  }
  return isCreated(resource, at, scope);
}

/** The comparisons in an expression and in the conditions that it names. */
function comparisons(expression: unknown, scope: Scope, seen = new Set<string>()): readonly object[] {
  if (Array.isArray(expression)) return expression.flatMap((part) => comparisons(part, scope, seen));
  const [entry] = isRecord(expression) ? Object.entries(expression) : [];
  const [name, argument] = entry ?? [];
  if (name === "Fn::Equals") return [comparison(asList(argument))];
  if (name !== "Condition" || typeof argument !== "string") return comparisons(argument ?? [], scope, seen);
  if (seen.size === seen.add(argument).size) return [];
  return comparisons(scope.stack.conditions.get(argument), scope, seen);
}

function evaluate(expression: unknown, at: string, scope: Scope): ConditionVerdict {
  const [entry] = isRecord(expression) ? Object.entries(expression) : [];
  const [name, argument] = entry ?? [];
  const parts = listOf(argument);
  const each = (): readonly ConditionVerdict[] => parts.map((part) => evaluate(part, at, scope));
  if (name === "Fn::And") return every(each());
  if (name === "Fn::Or") return negate(every(each().map(negate)));
  if (name === "Fn::Not") return negate(every(each()));
  if (name === "Fn::Equals") return equals(parts, at, scope);
  if (name === "Condition" && typeof argument === "string") return named(argument, at, scope);
  return undecided(expression, scope);
}

const UNSURE: ConditionVerdict = { holds: true, because: "undecided" };

function named(name: string, at: string, scope: Scope): ConditionVerdict {
  const condition = scope.stack.conditions.get(name);
  if (condition === undefined) return undecided({ Condition: name }, scope);
  const asked = { name: `condition ${name}`, at, otherwise: UNSURE };
  return once(scope.variant.memo.verdicts, scope, asked, (own) => evaluate(condition, at, own));
}

function equals(parts: readonly unknown[], at: string, scope: Scope): ConditionVerdict {
  const notes: Notes = new Map();
  const [left, right] = parts.map((part) => scope.noting(notes).resolve(part, at));
  const expression = comparison(parts);
  if (holdsPlaceholder([left, right]) || scope.variant.doubted.has(keyOf(expression, scope))) {
    return undecided(expression, scope);
  }
  const same = comparable(left) === comparable(right);
  return { holds: same, because: notes.size > 0 ? "default" : "known" };
}

/** CloudFormation compares texts: `true` equals `"true"`. */
function comparable(value: unknown): string | undefined {
  return asText(value) ?? JSON.stringify(value);
}

function undecided(expression: unknown, scope: Scope): ConditionVerdict {
  return { holds: scope.variant.decide(keyOf(expression, scope)), because: "undecided" };
}

function comparison(parts: readonly unknown[]): object {
  return { "Fn::Equals": parts };
}

function keyOf(expression: unknown, scope: Scope): string {
  return `${scope.stack.id} ${JSON.stringify(expression)}`;
}

const certainty = ["known", "default", "undecided"] as const;

/** The most certain part that does not hold decides; when all hold, all are needed and the least certain one counts. */
function every(verdicts: readonly ConditionVerdict[]): ConditionVerdict {
  const failing = verdicts.filter(({ holds }) => !holds);
  const rank = ({ because }: ConditionVerdict): number => certainty.indexOf(because);
  const deciding = failing.length > 0 ? Math.min(...failing.map(rank)) : Math.max(0, ...verdicts.map(rank));
  return { holds: failing.length === 0, because: certainty[deciding] ?? "undecided" };
}

function negate({ holds, because }: ConditionVerdict): ConditionVerdict {
  return { holds: !holds, because };
}
