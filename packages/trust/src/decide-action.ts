import type { Decision, Reason } from "./assume-role-request.ts";
import { capsAllow, identityAllows, identityRemarks, type CallerSide, type Grant } from "./caller-side.ts";
import { explainVerdict, toDecision } from "./explain-verdict.ts";
import { sameAccountGrant } from "./same-account.ts";
import type { Policies } from "./policies.ts";
import type { Question } from "./statement-matches.ts";
import { allOf, anyOf, not } from "./truth.ts";
import { judge, type Verdict } from "./verdict.ts";

/** What is decided about one of the actions of a call. */
export interface ActionDecision {
  readonly decision: Decision;
  readonly reasons: readonly Reason[];
}

/**
 * Decides one action: no Deny anywhere, and every side that has to allow does.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function decideAction(question: Question, policies: Policies): ActionDecision {
  const { action } = question;
  const trust = judge("trust policy", policies.trust, question);
  const side: CallerSide = {
    identity: policies.identity && judge("identity policy", policies.identity, question),
    boundary: policies.boundary && judge("permissions boundary", policies.boundary, question),
    session: policies.session && judge("session policy", policies.session, question),
  };
  const scps = policies.scps.map((level) => judge("service control policy", level, question));
  const rcps = judge("resource control policy", policies.rcps, question);

  const grant = grantOf(question, trust, side);
  const caps = [side.boundary, side.session].filter((verdict) => verdict !== undefined);
  const identity = side.identity ? [side.identity] : [];
  const denies = anyOf([trust, ...identity, ...caps, ...scps, rcps].map((verdict) => verdict.denies));
  const truth = allOf([not(denies), grant.truth, ...scps.map((level) => level.allows)]);
  return {
    decision: toDecision(truth),
    reasons: [
      ...explainVerdict(trust, action, true),
      ...identity.flatMap((verdict) => explainVerdict(verdict, action, grant.identityNeeded)),
      ...caps.flatMap((verdict) => explainVerdict(verdict, action, grant.capsNeeded)),
      ...scps.flatMap((level) => explainVerdict(level, action, true)),
      ...explainVerdict(rcps, action, false),
      ...grant.remarks,
    ],
  };
}

function grantOf(question: Question, trust: Verdict, side: CallerSide): Grant {
  const { action, caller, role } = question;
  if (caller.type === "federated" || caller.type === "service") {
    return { truth: trust.allows, identityNeeded: false, capsNeeded: false, remarks: [] };
  }
  if (caller.arn.account === role.account) return sameAccountGrant(action, trust, side);
  const sides = [trust.allows, identityAllows(side), capsAllow(side)];
  return { truth: allOf(sides), identityNeeded: true, capsNeeded: true, remarks: identityRemarks(action, side) };
}
