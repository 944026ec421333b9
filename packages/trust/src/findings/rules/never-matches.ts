import {
  type Condition,
  conditionsMatch,
  type ContextEntry,
  contextOf,
  groupBy,
  isMultivalued,
  isUnresolved,
  parseArn,
  type Principal,
  entryOf,
} from "@agent-roles/iam";
import { isDemand } from "../conditions.ts";
import type { Rule, Violation } from "../rule.ts";
import { allowsAssuming, isEveryone, principalsOf } from "../statements.ts";

const TIME_KEYS = new Set(["aws:currenttime", "aws:epochtime"]);
/** `${aws:username}`; not `${resolve:ssm:…}`, which is how a value reads that only the deployment knows. */
const VARIABLE = /\$\{(?!resolve:)[\w.-]+:[^{}]+\}/;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html */
export const neverMatches: Rule = {
  id: "never-matches",
  severity: "error",
  why: "no call meets all conditions, so the statement has no effect",
  fix: "correct the conditions, or remove the statement",
  *checkStatementOf(statement, _role, { context: { now } }) {
    const { conditions, version, effect } = statement;
    for (const condition of conditions) yield* literalVariables(condition, version);
    for (const [key, group] of groupBy(conditions, (condition) => condition.key)) {
      const values = valuesToTry(group, version);
      if (!values) continue;
      const shown = group.map(({ written, name }) => `${written} ${name}`).join(" and ");
      const meets = (value: string | undefined): boolean =>
        conditionsMatch(group, version, contextOf([[key, entryOf(value) ?? ABSENT]])).truth !== "no";
      if (!values.some(meets)) {
        yield { message: `${shown} contradict each other: no value meets both` };
      } else if (effect === "Allow" && now !== undefined && TIME_KEYS.has(key)) {
        const current = timeText(key, now);
        const later = values.filter((value) => value === undefined || toMs(value) >= now);
        if (![current, ...later].some(meets)) yield { message: `${shown} is over: ${group[0]?.values.join(", ")}` };
      }
    }
    if (!allowsAssuming(statement)) return;
    for (const principal of principalsOf(statement)) {
      for (const condition of conditions.filter(isDemand)) {
        if (isUnresolved(principal.value) || !failsFor(principal, condition, version)) continue;
        const who = `${principal.type} principal "${principal.value}"`;
        yield { message: `${condition.written} ${condition.name}: calls of the ${who} never have such a value` };
      }
    }
  },
};

const ABSENT: ContextEntry = { state: "absent" };

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html */
function* literalVariables({ values, operator, written, name }: Condition, version: unknown): Iterable<Violation> {
  if (version === "2012-10-17" || (operator?.type !== "string" && operator?.type !== "ARN")) return;
  const value = values.find((each) => VARIABLE.test(each));
  if (value === undefined || (typeof version === "string" && isUnresolved(version))) return;
  const message = `${written} ${name} "${value}": without Version 2012-10-17 the policy variable is literal text`;
  yield { message, fix: 'write "Version": "2012-10-17"' };
}

/**
 * Values of one key of which at least one meets all conditions, if any value does; `undefined` for no value of the key.
 *
 * @returns `undefined` when no such list is known.
 */
function valuesToTry(group: readonly Condition[], version: unknown): readonly (string | undefined)[] | undefined {
  const [first] = group;
  if (!first || isMultivalued(first.key) || (group.length < 2 && !TIME_KEYS.has(first.key))) return undefined;
  // AWS rejects one key in two spellings.
  if (new Set(group.map(({ written }) => written)).size < group.length) return undefined;
  const isClear = group.every(
    ({ operator, qualifier, unreadable, values }) =>
      operator !== undefined &&
      qualifier === undefined &&
      unreadable === undefined &&
      values.every((value) => !isUnresolved(value) && !(version === "2012-10-17" && value.includes("${"))),
  );
  const limits = group.filter((each) => each.operator && limitsValues(each));
  if (!isClear || limits.length === 0) return undefined;
  return [undefined, "true", "false", ...group.flatMap(valuesAround)];
}

/** Whether the values that meet a condition are among those that it names, or lie next to them. */
function limitsValues({ operator, values }: Condition): boolean {
  if (operator?.type === "number" || operator?.type === "date" || operator?.type === "Boolean") return true;
  if (operator?.type !== "string" && operator?.type !== "ARN") return false;
  return !operator.negated && !(operator.wildcards && values.some((value) => /[*?]/.test(value)));
}

function valuesAround({ operator, key, values }: Condition): readonly string[] {
  return values.flatMap((value) => {
    if (operator?.type === "number") return [-1, 0, 1].map((step) => String(Number(value) + step));
    if (operator?.type === "date") return [-1000, 0, 1000].map((step) => timeText(key, toMs(value) + step));
    return [value, value.toLowerCase(), value.toUpperCase()];
  });
}

/** Milliseconds of ISO 8601 or of seconds since 1970. */
function toMs(value: string): number {
  return /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value);
}

function timeText(key: string, ms: number): string {
  return key === "aws:epochtime" || Number.isNaN(ms) ? String(Math.floor(ms / 1000)) : new Date(ms).toISOString();
}

/** Whether no call of the principal has a value that meets the condition, because its ARN or its kind decides the value. */
function failsFor(principal: Principal, condition: Condition, version: unknown): boolean {
  const { type, value, account, wholeAccount, arn } = principal;
  const { key, values } = condition;
  if (wholeAccount && key === "aws:principalarn" && account !== undefined) {
    const accounts = values.map((each) => parseArn(each)?.account ?? "");
    return (
      values.length > 0 &&
      accounts.every((each) => /^\d{12}$/.test(each) && /^\d{12}$/.test(account) && each !== account)
    );
  }
  const [kind] = arn?.resource.split("/") ?? [];
  const isOne = type === "AWS" && !wholeAccount && !isEveryone(principal) && (kind === "role" || kind === "user");
  const entry = new Map<string, string | undefined>([
    ["aws:principalarn", isOne ? value : undefined],
    ["aws:principalaccount", account],
    ["aws:principaltype", isOne ? (kind === "role" ? "AssumedRole" : "User") : undefined],
    ["aws:principalisawsservice", isEveryone(principal) ? undefined : String(type === "Service")],
    ["aws:principalservicename", type === "Service" ? value : undefined],
    ["aws:securetransport", "true"],
    ["aws:viaawsservice", "false"],
  ]).get(key);
  if (entry === undefined) return false;
  return conditionsMatch([condition], version, contextOf([[key, entryOf(entry)]])).truth === "no";
}
