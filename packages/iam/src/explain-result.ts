import type { PolicyResult } from "./policy-result.ts";
import type { Decision, Reason } from "./request.ts";
import type { StatementMatch } from "./statement-matches.ts";
import type { Truth } from "./truth.ts";

/**
 * The reasons that one kind of policy contributes.
 *
 * @param needed whether this kind must allow the action; its Deny statements count in any case.
 */
export function explainResult(result: PolicyResult, action: string, needed: boolean): readonly Reason[] {
  const denials = result.matches
    .filter(({ statement }) => statement.effect !== "Allow")
    .flatMap((m) => explainDeny(m, action));
  return needed ? [...denials, ...explainAllows(result, action)] : denials;
}

/** The decision for whether the request is allowed. */
export const DECISIONS: Readonly<Record<Truth, Decision>> = { yes: "allowed", no: "denied", unknown: "uncertain" };

function explainDeny(found: StatementMatch, action: string): readonly Reason[] {
  const { match } = found;
  switch (match.truth) {
    case "yes":
      return [about(found, action, "denied", `denies ${action}${naming(found)}`)];
    case "unknown": {
      const says = found.statement.effect === "Deny" ? `could deny ${action}` : "cannot be read";
      return [about(found, action, "uncertain", `${says}: ${match.why}`)];
    }
    case "no":
      return [];
  }
}

function explainAllows({ kind, matches, allows }: PolicyResult, action: string): readonly Reason[] {
  const allowing = matches.filter(({ statement }) => statement.effect === "Allow");
  switch (allows) {
    case "yes":
      return allowing
        .filter(({ match }) => match.truth === "yes")
        .map((found) => about(found, action, "allowed", `allows ${action}${naming(found)}`));
    case "unknown":
      return allowing.flatMap((found) =>
        found.match.truth === "unknown"
          ? [about(found, action, "uncertain", `could allow ${action}: ${found.match.why}`)]
          : [],
      );
    case "no": {
      const misses = allowing.toSorted((a, b) => b.nearness - a.nearness);
      // A trust policy is short and each miss matters; of the others the nearest miss is enough.
      const shown = (kind === "trust policy" ? misses : misses.slice(0, 1)).flatMap((found) =>
        found.match.truth === "no"
          ? [about(found, action, "denied", `does not allow ${action}: ${found.match.why}`)]
          : [],
      );
      if (shown.length > 0) return shown;
      return [{ effect: "denied", action, policy: kind, message: `there is no Allow statement in any ${kind}` }];
    }
  }
}

function about({ statement, policyName }: StatementMatch, action: string, effect: Decision, says: string): Reason {
  const { label, kind: policy } = statement;
  if (label === undefined) return { effect, action, policy, message: `${policyName} ${says}` };
  return { effect, action, policy, statement: label, message: `statement ${label} of ${policyName} ${says}` };
}

function naming({ principals }: StatementMatch): string {
  const named = principals.filter(({ truth }) => truth === "yes").map(({ principal }) => principal);
  return named.length > 0 ? ` to ${named.join(", ")}` : "";
}
