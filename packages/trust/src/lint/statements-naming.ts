import type { CallerIdentity } from "../caller-identity.ts";
import { matchingPrincipals } from "../principal-matches.ts";
import type { LintStatement } from "./lint-statement.ts";

/** The Allow statements of a trust policy whose `Principal` names the caller for certain. */
export function statementsNaming(caller: CallerIdentity, trust: readonly LintStatement[]): readonly LintStatement[] {
  return trust.filter(
    ({ effect, elements }) =>
      effect === "Allow" &&
      elements["Principal"] !== undefined &&
      matchingPrincipals(elements["Principal"], caller).some(({ truth }) => truth === "yes"),
  );
}
