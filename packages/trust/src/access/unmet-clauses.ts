import { isRecord, type PolicyDocument, type RequestContext, type Truth } from "@agent-roles/iam";
import type { AssumeRoleParameters } from "../assume-role-request.ts";
import { conditionMatches, readStatements, type Statement } from "./raw-statements.ts";
import type { TrustContext } from "../trust-model.ts";
import { contextOf } from "./caller-context.ts";
import type { PossibleCaller } from "./callers.ts";
import { loosen } from "./loosen-policy.ts";
import type { ReadTrust } from "./read-trust.ts";

/** Keys that say who calls. */
const OF_THE_CALLER = /^aws:(principal.*|username|userid)$/i;

/** A trust policy without the conditions that no caller at hand meets, though somebody else may. */
export interface WithoutUnmet {
  readonly policy: PolicyDocument;
  /** The keys of these conditions, as they are written. */
  readonly keys: readonly string[];
}

/**
 * Takes out what an example is missing for: conditions on who calls that no caller meets, and Deny statements with such
 * conditions that no caller escapes. Where that lets somebody in, a denial is not proven.
 *
 * @param callers all whom the trust policy may name.
 * @returns `undefined` when there are examples for everything.
 */
export function withoutUnmet(
  trust: ReadTrust,
  callers: () => readonly PossibleCaller[],
  requestsOf: (caller: PossibleCaller) => readonly AssumeRoleParameters[],
  { organization }: TrustContext,
): WithoutUnmet | undefined {
  const { role } = trust;
  const placed = { ...role, ...(organization !== undefined && { orgId: organization }) };
  const statements = readStatements(role.trustPolicy);
  const entries = statements.flatMap((statement) => callerConditions(statement));
  if (entries.length === 0) return undefined;
  const contexts = lazily(callers(), (caller) =>
    requestsOf(caller).map((request) => contextOf(caller.caller, placed, request)),
  );
  const isSeen = (condition: object, version: unknown, truths: readonly Truth[]): boolean =>
    contexts((context) => truths.includes(conditionMatches(condition, version, context).truth));
  const unmet = statements.flatMap((statement) => {
    const { effect, version } = statement;
    const own = callerConditions(statement);
    if (effect !== "Deny") return own.filter(({ condition }) => !isSeen(condition, version, ["yes", "unknown"]));
    return own.some(({ condition }) => isSeen(condition, version, ["no", "unknown"])) ? [] : own;
  });
  if (unmet.length === 0) return undefined;
  const written = new Set(unmet.map(({ condition }) => JSON.stringify(condition)));
  const policy = loosen(role.trustPolicy, (operator, key, values) =>
    written.has(JSON.stringify({ [operator]: { [key]: values } })),
  );
  return { policy, keys: [...new Set(unmet.map(({ key }) => key))] };
}

interface Entry {
  readonly key: string;
  /** A `Condition` of this one key. */
  readonly condition: object;
}

function callerConditions({ elements }: Statement): Entry[] {
  const { Condition: condition } = elements;
  if (!isRecord(condition)) return [];
  return Object.entries(condition).flatMap(([operator, keys]) =>
    Object.entries(isRecord(keys) ? keys : {})
      .filter(([key]) => OF_THE_CALLER.test(key))
      .map(([key, values]) => ({ key, condition: { [operator]: { [key]: values } } })),
  );
}

/** Whether any context will do; each caller's are made when they are first needed. */
function lazily<Item>(
  items: readonly Item[],
  make: (item: Item) => readonly RequestContext[],
): (wanted: (context: RequestContext) => boolean) => boolean {
  const made = new Map<Item, readonly RequestContext[]>();
  return (wanted) =>
    items.some((item) => {
      const contexts = made.get(item) ?? make(item);
      made.set(item, contexts);
      return contexts.some(wanted);
    });
}
