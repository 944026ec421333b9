import type { PossibleCaller } from "./callers.ts";
import type { Expectation } from "./expectation.ts";
import { type CallerSet, possibleCallers } from "./possible-callers.ts";
import { canName, type ReadTrust } from "./read-trust.ts";

/** The callers that an expectation is about at one role. */
export interface ExpectedCallers {
  /** Those that the trust policy can name. */
  readonly named: readonly PossibleCaller[];
  /** The others: nobody gets past a trust policy that does not name them. */
  readonly unnamed: readonly PossibleCaller[];
  /** All that it can name, whatever the expectation is about. */
  readonly everyone: () => readonly PossibleCaller[];
}

/** Gives the callers to simulate; roles that are trusted alike share them, because hundreds often are. */
export function callersByTrust(
  { from, decision }: Pick<Expectation, "from" | "decision">,
  set: CallerSet,
): (trust: ReadTrust) => ExpectedCallers {
  const shared = new Map<string, ExpectedCallers>();
  return (trust) => {
    const { role, partition } = trust;
    const text = JSON.stringify([partition, role.trustPolicy]);
    // What a variable, or something unknown, resolves to differs by role.
    const key = text.includes("${") || role.unknowns.length > 0 ? `${role.arn} ${text}` : text;
    const found = shared.get(key) ?? read(trust);
    shared.set(key, found);
    return found;
  };

  function read(trust: ReadTrust): ExpectedCallers {
    const callers = narrow(possibleCallers(trust, from, set));
    const isNamed = ({ caller }: PossibleCaller): boolean => canName(trust, caller);
    const named = callers.filter(isNamed);
    return {
      named,
      unnamed: callers.filter((caller) => !isNamed(caller)),
      everyone: () => (from === "*" ? named : possibleCallers(trust, "*", set).filter(isNamed)),
    };
  }

  function narrow(callers: readonly PossibleCaller[]): readonly PossibleCaller[] {
    if (decision === "denied" || !from.startsWith("arn:")) return callers;
    // A pattern of ARNs names the roles of the set; only where there is none, an example of it is simulated.
    const known = callers.filter((caller) => caller.known);
    return known.length > 0 ? known : callers;
  }
}
