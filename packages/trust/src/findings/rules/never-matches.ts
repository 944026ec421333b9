import {
  type Condition,
  conditionsMatch,
  type ContextEntry,
  contextOf,
  groupBy,
  inNetwork,
  isMultivalued,
  isUnresolved,
  parseArn,
  type Principal,
  type RequestContext,
  entryOf,
} from "@agent-roles/iam";
import { contextFor } from "../../access/caller-context.ts";
import { isDemand } from "../conditions.ts";
import type { IndexedRole } from "../indexed-role.ts";
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
  *checkStatementOf(statement, role, { context: { now } }) {
    const { conditions, version, effect } = statement;
    for (const condition of conditions) {
      yield* literalVariables(condition, version);
      if (condition.key !== "aws:sourceip" || !isDemand(condition)) continue;
      if (condition.values.length === 0 || !condition.values.every(isPrivate)) continue;
      const shown = `${condition.written} ${condition.name}: ${condition.values.join(", ")}`;
      yield { message: `${shown} is private; the key has public addresses only`, fix: "use aws:VpcSourceIp" };
    }
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
      for (const condition of conditions) {
        if (isUnresolved(principal.value) || !failsFor(principal, condition, version, role)) continue;
        const who = `${principal.type} principal "${principal.value}"`;
        yield { message: `${condition.written} ${condition.name}: calls of the ${who} never have such a value` };
      }
    }
  },
};

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-reference-policy-checks.html */
const PRIVATE_NETWORKS = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"];

/** Whether all addresses of a network are private. */
function isPrivate(network: string): boolean {
  const [base = "", length = "128"] = network.split("/");
  return PRIVATE_NETWORKS.some(
    (each) => inNetwork(each, base) === true && Number(length) >= Number(each.split("/")[1]),
  );
}

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
 * Values of one key; at least one meets all conditions, if any value does; `undefined` for no value of the key.
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

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#principaltable */
const PRINCIPAL_TYPES = ["Account", "AssumedRole", "FederatedUser", "User"];
/** Keys whose value does not depend on which principal of all, or of an account, calls. */
const OF_EVERYONE = new Set(["aws:securetransport", "aws:viaawsservice", "sts:rolesessionname"]);
const OF_ACCOUNT = new Set(["aws:principalaccount", "aws:principalisawsservice"]);
/** A rule of its own is about MFA. */
const MFA = /^aws:multifactorauth/;

/** Whether no call of the principal has a value that meets the condition, because its ARN or its kind decides the value. */
function failsFor(principal: Principal, condition: Condition, version: unknown, role: IndexedRole): boolean {
  const { type, value, account, wholeAccount, arn } = principal;
  const { key, values } = condition;
  if (wholeAccount && key === "aws:principalarn" && account !== undefined && isDemand(condition)) {
    const accounts = values.map((each) => parseArn(each)?.account ?? "");
    return (
      values.length > 0 &&
      accounts.every((each) => /^\d{12}$/.test(each) && /^\d{12}$/.test(account) && each !== account)
    );
  }
  if (values.some(isUnresolved) || MFA.test(key)) return false;
  const isOne = type !== "AWS" || (!wholeAccount && arn !== undefined);
  if (!isOne && key === "aws:principaltype") {
    return PRINCIPAL_TYPES.every((each) => isDenied(condition, version, contextOf([[key, entryOf(each)]])));
  }
  if (!isOne && !OF_EVERYONE.has(key) && (isEveryone(principal) || !OF_ACCOUNT.has(key))) return false;
  const someone = isOne && type === "AWS" ? value : `arn:aws:iam::${account ?? "000000000000"}:role/Someone`;
  const caller = type === "Service" ? { service: value } : type === "AWS" ? { arn: someone } : { federated: value };
  const context = contextFor(caller, { ...role.role, tags: {} });
  const entry = context.get(key);
  // What is absent here the call can pass.
  if (!entry || entry.state === "absent" || (entry.state === "present" && entry.values.some(isUnresolved)))
    return false;
  return isDenied(condition, version, context);
}

function isDenied(condition: Condition, version: unknown, context: RequestContext): boolean {
  return conditionsMatch([condition], version, context).truth === "no";
}
