import type { PolicyResult } from "./policy-result.ts";
import type { GrantKind } from "./principal-matches.ts";
import type { Reason } from "./request.ts";
import type { ActionRequest } from "./statement-matches.ts";
import { allOf, anyOf, type Truth } from "./truth.ts";

/** What the policies say that can grant or limit, apart from the organization's. */
export interface Sides {
  /** Of the resource's trust policy or resource policy. */
  readonly resource: PolicyResult | undefined;
  /** `undefined` when the caller's identity policies are unknown. */
  readonly identity: PolicyResult | undefined;
  /** Boundary, session policies, scoped policies. */
  readonly limits: readonly PolicyResult[];
}

/** Whether the sides together grant an action, which of them had to, and what is to be said about it. */
export interface Grant {
  readonly truth: Truth;
  readonly needed: { readonly resource: boolean; readonly identity: boolean; readonly limits: boolean };
  readonly remarks: readonly Reason[];
}

/**
 * Decides whether the side of the resource and the side of the caller grant an action. Across accounts both must.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
 */
export function grantOf(request: ActionRequest, sides: Sides): Grant {
  const { action, caller, resourceAccount } = request;
  const { resource, limits } = sides;
  if (caller.type === "federated" || caller.type === "service") {
    const needed = { resource: true, identity: false, limits: false };
    return { truth: resource?.allows ?? "no", needed, remarks: lackingResource(request, sides) };
  }
  if (caller.arn.account === resourceAccount) return sameAccountGrant(request, sides);
  const truth = allOf([resource?.allows ?? "no", identityAllows(request, sides), limitsAllow(limits)]);
  const remarks = [...unknownIdentity(action, sides), ...lackingResource(request, sides)];
  return { truth, needed: { resource: true, identity: true, limits: true }, remarks };
}

/**
 * Decides whether caller and resource of one account agree. A trust policy must allow; of any other resource it is enough
 * that one side does. What else must allow depends on how the resource's policy names the caller:
 *
 * - the account only: it delegates, so identity policies, boundary and session policy must allow as well;
 * - the role: boundary and session policy still limit it;
 * - the session: nothing else;
 * - the user, or everyone: AWS's pages disagree whether boundary and session policy limit it.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
 */
function sameAccountGrant(request: ActionRequest, sides: Sides): Grant {
  const { action } = request;
  const { resource, identity, limits } = sides;
  const named = (kind: GrantKind): Truth => (resource ? grantedTo(resource, kind) : "no");
  const limited = limitsAllow(limits);
  const disputedLimits = limited === "no" ? "unknown" : limited;
  const disputed = allOf([anyOf([named("user"), named("everyone")]), disputedLimits]);
  const direct = anyOf([named("session"), allOf([named("role"), limited]), disputed]);
  const delegates = resource?.kind === "trust policy" ? named("account") : "yes";
  const delegated = allOf([delegates, identityAllows(request, sides), limited]);
  const truth = anyOf([direct, delegated]);
  const remarks: Reason[] = [];
  const identityNeeded = direct !== "yes" && delegates !== "no";
  if (identityNeeded) remarks.push(...unknownIdentity(action, sides));
  if (direct === "yes" && !identity) {
    const message = `not needed: the ${resource?.kind} names the caller itself; not given, so not searched for a Deny`;
    remarks.push({ effect: "allowed", action, policy: "identity policy", message });
  }
  if (truth === "unknown" && limited === "no" && disputed === "unknown") {
    const message = `AWS's pages disagree whether this limits a caller that the ${resource?.kind} of the same account names as a user or with *`;
    const policy = limits.find(({ allows }) => allows === "no")?.kind ?? "session policy";
    remarks.push({ effect: "uncertain", action, policy, message });
  }
  const needed = {
    resource: resource?.kind === "trust policy" || truth !== "yes",
    identity: identityNeeded,
    limits: truth !== "yes" || named("session") !== "yes",
  };
  return { truth, needed, remarks };
}

/** Whether an Allow statement names the caller in this way. */
function grantedTo(result: PolicyResult, kind: GrantKind): Truth {
  return anyOf(
    result.matches
      .filter(({ statement }) => statement.effect !== "Deny")
      .flatMap(({ match, principals }) => {
        // A statement that cannot be read names nobody, or anyone.
        if (principals.length === 0) return [match.truth];
        return principals
          .filter((principal) => principal.kind === kind)
          .map(({ truth }) => allOf([match.truth, truth]));
      }),
  );
}

/** Whether the identity policies allow; unknown when they are not given. The root user needs none. */
function identityAllows({ caller }: ActionRequest, { identity }: Sides): Truth {
  return caller.type === "root" ? "yes" : (identity?.allows ?? "unknown");
}

function limitsAllow(limits: readonly PolicyResult[]): Truth {
  return allOf(limits.map(({ allows }) => allows));
}

function unknownIdentity(action: string, { identity }: Sides): readonly Reason[] {
  if (identity) return [];
  const message = `the caller's identity policies are not given, and they must allow ${action}`;
  return [{ effect: "uncertain", action, policy: "identity policy", message }];
}

function lackingResource({ action, resource: arn }: ActionRequest, { resource }: Sides): readonly Reason[] {
  if (resource) return [];
  const message = `no policy of ${arn} allows a caller of another account`;
  return [{ effect: "denied", action, policy: "resource policy", message }];
}
