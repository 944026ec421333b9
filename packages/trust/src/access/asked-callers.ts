import type { Expectation } from "./expectation.ts";
import type { PossibleCaller } from "./callers.ts";
import { type CallerSet, everyCaller, possibleCallers } from "./possible-callers.ts";
import { mayName, type ReadTrust } from "./read-trust.ts";

/** Whom an expectation is about at one role. */
export interface AskedCallers {
  /** Those whom the trust policy may name. */
  readonly named: readonly PossibleCaller[];
  /** The others: nobody gets past a trust policy that does not name him. */
  readonly unnamed: readonly PossibleCaller[];
  /** All whom it may name, whomever the expectation is about. */
  readonly everybody: () => readonly PossibleCaller[];
}

/** Gives the callers to ask about; roles that are trusted alike share them, because hundreds often are. */
export function callersByTrust({ from, decision }: Expectation, set: CallerSet): (trust: ReadTrust) => AskedCallers {
  const shared = new Map<string, AskedCallers>();
  return (trust) => {
    const { role, partition } = trust;
    const text = JSON.stringify([partition, role.trustPolicy]);
    // What stands for a variable, or for something unknown, is the role's own.
    const key = text.includes("${") || role.unknowns.length > 0 ? `${role.arn} ${text}` : text;
    const found = shared.get(key) ?? read(trust);
    shared.set(key, found);
    return found;
  };

  function read(trust: ReadTrust): AskedCallers {
    const callers = narrow(possibleCallers(trust, from, set));
    const isNamed = ({ caller }: PossibleCaller): boolean => mayName(trust, caller);
    const named = callers.filter(isNamed);
    let all: readonly PossibleCaller[] | undefined;
    return {
      named,
      unnamed: callers.filter((caller) => !isNamed(caller)),
      everybody: () => (all ??= from === "*" ? named : everyCaller(trust, set).filter(isNamed)),
    };
  }

  function narrow(callers: readonly PossibleCaller[]): readonly PossibleCaller[] {
    if (decision === "denied" || !from.startsWith("arn:")) return callers;
    // Whom a pattern of ARNs names are the roles of the set; only where there is none, an example of it is asked about.
    const known = callers.filter((caller) => caller.known);
    return known.length > 0 ? known : callers;
  }
}
