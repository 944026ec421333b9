import type { PossibleCaller } from "./callers.ts";
import type { Expectation } from "./expectation.ts";
import { type CallerSet, possibleCallers } from "./possible-callers.ts";
import { overApproximateTrust } from "./over-approximate.ts";
import { namingStatements, type ReadTrust } from "./read-trust.ts";

/** The callers that an expectation is about at one role. */
export interface ExpectedCallers {
  /** Those that the trust policy can name. */
  readonly named: readonly PossibleCaller[];
  /** The others: nobody gets past a trust policy that does not name them. */
  readonly unnamed: readonly PossibleCaller[];
  /** All that it can name, whatever the expectation is about. */
  readonly everyone: () => readonly PossibleCaller[];
}

/** Gives the callers to simulate, shared between roles that are trusted alike. */
export function callersByTrust(
  { from, decision }: Pick<Expectation, "from" | "decision">,
  set: CallerSet,
): (trust: ReadTrust) => ExpectedCallers {
  return sharedByTrust((trust) => {
    const callers = narrow(possibleCallers(trust, from, set));
    const isNamed = ({ caller }: PossibleCaller): boolean => namingStatements(trust, caller).length > 0;
    const named = callers.filter(isNamed);
    return {
      named,
      unnamed: callers.filter((caller) => !isNamed(caller)),
      everyone: () => (from === "*" ? named : possibleCallers(trust, "*", set).filter(isNamed)),
    };
  });

  function narrow(callers: readonly PossibleCaller[]): readonly PossibleCaller[] {
    if (decision === "denied" || !from.startsWith("arn:")) return callers;
    // A pattern of ARNs names the roles of the set; only where there is none, an example of it is simulated.
    const known = callers.filter((caller) => caller.known);
    return known.length > 0 ? known : callers;
  }
}

/** Reads the callers of trust policies that differ in nothing that concerns the caller once: hundreds often are alike. */
export function sharedByTrust<Callers>(read: (trust: ReadTrust) => Callers): (trust: ReadTrust) => Callers {
  const shared = new Map<string, Callers>();
  return (trust) => {
    const key = callerKey(trust);
    const found = shared.get(key) ?? read(trust);
    shared.set(key, found);
    return found;
  };
}

/** Condition keys on which the callers to simulate depend; an external ID, for example, is the request's. */
const OF_THE_CALLER = /^aws:(?:principal|username)/;

function callerKey({ role, partition, policy }: ReadTrust): string {
  const whole = JSON.stringify(role.trustPolicy);
  // What a variable, or something unknown, resolves to differs by role.
  if (whole.includes("${") || overApproximateTrust(role)) return `${role.arn} ${whole}`;
  const statements = policy.statements.map(({ effect, unreadable, principal, action, conditions }) => [
    effect,
    unreadable,
    [principal, action].map((element) => [element?.name, element?.written]),
    conditions.filter(({ key }) => OF_THE_CALLER.test(key)).map(({ written, key, values }) => [written, key, values]),
    // A claim names its issuer, whose tokens are callers.
    conditions.flatMap(({ key }) => (key.includes(".") ? key : [])),
  ]);
  return JSON.stringify([partition, statements]);
}
