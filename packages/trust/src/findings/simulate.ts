import type { AssumeRoleAnswer } from "../assume-role-request.ts";
import { knownCaller, type PossibleCaller } from "../access/callers.ts";
import { simulate } from "../access/simulate.ts";
import type { TrustContext } from "../trust-model.ts";
import { bestRequest } from "./best-request.ts";
import type { IndexedRole } from "./indexed-role.ts";
import { memoize } from "./memoize.ts";

/** Gives a function that asks the evaluator whether one role can assume another, with the request that has the best chance. */
export function simulateWith(
  context: TrustContext,
  ownAccounts: ReadonlySet<string>,
): (from: IndexedRole, to: IndexedRole) => AssumeRoleAnswer {
  const { organization: _, ...elsewhere } = context;
  const contextOf = ({ arn }: IndexedRole): TrustContext => (arn && ownAccounts.has(arn.account) ? context : elsewhere);
  const callerOf = memoize((from: IndexedRole): PossibleCaller => {
    const known = knownCaller(from.role, contextOf(from));
    // As any of its sessions.
    return { ...known, caller: { ...known.caller, arn: from.role.arn } };
  });
  return (from, to) => {
    const [own, other] = [contextOf(from).organization, contextOf(to).organization];
    const organizations = {
      ...(own !== undefined && { "aws:principalorgid": own }),
      ...(other !== undefined && { "aws:resourceorgid": other }),
    };
    const request = { context: bestRequest([...to.trust, ...from.identity], organizations) };
    return simulate(callerOf(from), to.role, request, contextOf(to)).answer;
  };
}
