import type { Decision, Reason } from "./assume-role-request.ts";
import type { StatementMatch } from "./statement-matches.ts";
import type { Truth } from "./truth.ts";
import type { Verdict } from "./verdict.ts";

/**
 * The reasons that one kind of policy contributes.
 *
 * @param needed whether this kind has to allow the action; its Deny statements count in any case.
 */
export function explainVerdict(verdict: Verdict, action: string, needed: boolean): readonly Reason[] {
  const denials = verdict.matches
    .filter(({ statement }) => statement.effect !== "Allow")
    .flatMap((m) => explainDeny(m, action));
  return needed ? [...denials, ...explainAllows(verdict, action)] : denials;
}

/** The decision that a truth about "may the call pass" amounts to. */
export function toDecision(truth: Truth): Decision {
  switch (truth) {
    case "yes":
      return "allowed";
    case "no":
      return "denied";
    case "unknown":
      return "uncertain";
  }
}

function explainDeny(found: StatementMatch, action: string): readonly Reason[] {
  const { match } = found;
  switch (match.truth) {
    case "yes":
      return [about(found, action, "denied", `denies ${action}${naming(found)}`)];
    case "unknown": {
      const says = found.statement.effect === "Deny" ? `may deny ${action}` : "cannot be read";
      return [about(found, action, "uncertain", `${says}: ${match.why}`)];
    }
    case "no":
      return [];
  }
}

function explainAllows({ policy, matches, allows }: Verdict, action: string): readonly Reason[] {
  const allowing = matches.filter(({ statement }) => statement.effect === "Allow");
  switch (allows) {
    case "yes":
      return allowing
        .filter(({ match }) => match.truth === "yes")
        .map((found) => about(found, action, "allowed", `allows ${action}${naming(found)}`));
    case "unknown":
      return allowing.flatMap((found) =>
        found.match.truth === "unknown"
          ? [about(found, action, "uncertain", `may allow ${action}: ${found.match.why}`)]
          : [],
      );
    case "no": {
      const misses = allowing.toSorted((a, b) => b.nearness - a.nearness);
      // A trust policy is short and each miss tells; of the others the nearest miss is enough.
      const told = (policy === "trust policy" ? misses : misses.slice(0, 1)).flatMap((found) =>
        found.match.truth === "no"
          ? [about(found, action, "denied", `does not allow ${action}: ${found.match.why}`)]
          : [],
      );
      if (told.length > 0) return told;
      return [{ effect: "denied", action, policy, message: `there is no Allow statement in any ${policy}` }];
    }
  }
}

function about({ statement }: StatementMatch, action: string, effect: Decision, says: string): Reason {
  const { label } = statement;
  const { policy, place } = statement.source;
  if (label === undefined) return { effect, action, policy, message: `${place} ${says}` };
  return { effect, action, policy, statement: label, message: `statement ${label} of ${place} ${says}` };
}

function naming({ principals }: StatementMatch): string {
  const named = principals.filter(({ truth }) => truth === "yes").map(({ principal }) => principal);
  return named.length > 0 ? ` to ${named.join(", ")}` : "";
}
