import type { Reason } from "./assume-role-request.ts";
import { capsAllow, identityAllows, identityRemarks, type CallerSide, type Grant } from "./caller-side.ts";
import type { GrantKind } from "./principal-matches.ts";
import { allOf, anyOf, type Truth } from "./truth.ts";
import type { Verdict } from "./verdict.ts";

/**
 * Decides whether caller and role of one account agree. What is needed besides the trust policy depends on how it
 * names the caller:
 *
 * - the account only: it delegates, so identity policies, boundary and session policy must allow as well;
 * - the role: boundary and session policy still cap it;
 * - the session: nothing else;
 * - the user, or everybody: AWS's pages disagree whether boundary and session policy cap it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
 */
export function sameAccountGrant(action: string, trust: Verdict, side: CallerSide): Grant {
  const named = (kind: GrantKind): Truth => grantedTo(trust, kind);
  const caps = capsAllow(side);
  const disputedCaps = caps === "no" ? "unknown" : caps;
  const disputed = allOf([anyOf([named("user"), named("everyone")]), disputedCaps]);
  const direct = anyOf([named("session"), allOf([named("role"), caps]), disputed]);
  const delegated = allOf([named("account"), identityAllows(side), caps]);
  const truth = anyOf([direct, delegated]);
  const remarks: Reason[] = [];
  const remark = (effect: Reason["effect"], policy: Reason["policy"], message: string): void => {
    remarks.push({ effect, action, policy, message });
  };
  const identityNeeded = direct !== "yes" && named("account") !== "no";
  if (identityNeeded) remarks.push(...identityRemarks(action, side));
  if (direct === "yes" && !side.identity) {
    remark(
      "allowed",
      "identity policy",
      "not needed: the trust policy names the caller itself; not given, so not searched for a Deny",
    );
  }
  if (truth === "unknown" && caps === "no" && disputed === "unknown") {
    const message =
      "AWS's pages disagree whether this limits a caller whom the trust policy of the same account names as a user or with *";
    remark("uncertain", side.boundary?.allows === "no" ? "permissions boundary" : "session policy", message);
  }
  return { truth, identityNeeded, capsNeeded: truth !== "yes" || named("session") !== "yes", remarks };
}

/** Whether an Allow statement of the trust policy names the caller in this way. */
function grantedTo(trust: Verdict, kind: GrantKind): Truth {
  return anyOf(
    trust.matches
      .filter(({ statement }) => statement.effect !== "Deny")
      .flatMap(({ match, principals }) => {
        // A statement that cannot be read names nobody, or anybody.
        if (principals.length === 0) return [match.truth];
        return principals
          .filter((principal) => principal.kind === kind)
          .map(({ truth }) => allOf([match.truth, truth]));
      }),
  );
}
