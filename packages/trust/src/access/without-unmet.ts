import {
  type Condition,
  conditionsMatch,
  type Policy,
  type RequestContext,
  type Statement,
  type Truth,
} from "@agent-roles/iam";
import type { AssumeRoleParameters } from "../assume-role/assume-role-request.ts";
import type { TrustContext } from "../trust-model.ts";
import { contextFor } from "./caller-context.ts";
import type { PossibleCaller } from "./callers.ts";
import { overApproximate, overApproximateTrust } from "./over-approximate.ts";
import type { ReadTrust } from "./read-trust.ts";

/** Keys that say who calls. */
const OF_THE_CALLER = /^aws:(principal.*|username|userid)$/;

/** A trust policy without the conditions that no caller at hand meets, though someone else can. */
export interface WithoutUnmet {
  readonly policy: Policy;
  /** The keys of these conditions, as they are written. */
  readonly keys: readonly string[];
}

/**
 * Takes out what there is no example for: conditions on who calls that no caller meets, and Deny statements with such
 * conditions that no caller escapes. Where that lets someone in, a denial is not proven.
 *
 * @param callers all that the trust policy can name.
 * @returns `undefined` when there are examples for everything.
 */
export function withoutUnmet(
  { role, policy }: ReadTrust,
  callers: () => readonly PossibleCaller[],
  requestsOf: (caller: PossibleCaller) => readonly AssumeRoleParameters[],
  { organization }: TrustContext,
): WithoutUnmet | undefined {
  if (policy.statements.every((statement) => callerConditions(statement).length === 0)) return undefined;
  const placed = { ...role, ...(organization !== undefined && { orgId: organization }) };
  const contexts = lazily(callers(), (caller) =>
    requestsOf(caller).map((request) => contextFor(caller.caller, placed, request)),
  );
  const unmet = new Set(
    policy.statements.flatMap((statement) => {
      const { effect, version } = statement;
      const own = callerConditions(statement);
      const isSeen = (condition: Condition, truths: readonly Truth[]): boolean =>
        contexts((context) => truths.includes(conditionsMatch([condition], version, context).truth));
      if (effect !== "Deny") return own.filter((condition) => !isSeen(condition, ["yes", "unknown"]));
      return own.some((condition) => isSeen(condition, ["no", "unknown"])) ? [] : own;
    }),
  );
  if (unmet.size === 0) return undefined;
  return {
    policy: overApproximate(overApproximateTrust(role) ?? policy, (condition) => unmet.has(condition)),
    keys: [...new Set([...unmet].map(({ name }) => name))],
  };
}

function callerConditions({ conditions }: Statement): readonly Condition[] {
  return conditions.filter(({ key }) => OF_THE_CALLER.test(key));
}

/** Whether any context satisfies a test; each caller's are made when they are first needed. */
function lazily(
  callers: readonly PossibleCaller[],
  make: (caller: PossibleCaller) => readonly RequestContext[],
): (test: (context: RequestContext) => boolean) => boolean {
  const made = new Map<PossibleCaller, readonly RequestContext[]>();
  return (test) =>
    callers.some((caller) => {
      const contexts = made.get(caller) ?? make(caller);
      made.set(caller, contexts);
      return contexts.some(test);
    });
}
