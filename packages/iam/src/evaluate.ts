import { parseArn } from "./arn.ts";
import { readCaller } from "./caller-identity.ts";
import { callerKeys } from "./caller-keys.ts";
import { DECISIONS, explainResult } from "./explain-result.ts";
import { grantOf } from "./grant.ts";
import { evaluatePolicies } from "./policy-result.ts";
import { readPolicySet, type PolicySet } from "./policy-set.ts";
import type { AccessPolicies, AccessRequest, Decision, Evaluation } from "./request.ts";
import { contextOf, entryOf } from "./request-context.ts";
import type { ActionRequest } from "./statement-matches.ts";
import { allOf, anyOf, not } from "./truth.ts";

/**
 * Decides whether a caller can do an action on a resource, from the policies alone.
 *
 * @returns `allowed`, `denied`, or `uncertain` when something that decides is not given or AWS's own pages disagree; always
 *   with reasons, what decided first. Never throws on malformed policies: they are a reason too.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluate(request: AccessRequest, policies: AccessPolicies): Evaluation {
  const { action, resource } = request;
  const caller = readCaller(request.caller);
  if (typeof caller === "string") {
    return { decision: "denied", reasons: [{ effect: "denied", action, policy: "request", message: caller }] };
  }
  const own = "arn" in caller ? caller.arn.account : "";
  const account = parseArn(resource)?.account;
  // A managed policy of AWS (arn:aws:iam::aws:policy/…) is every account's own.
  const resourceAccount = request.resourceAccount ?? (account && account !== "aws" ? account : own);
  const context = contextOf([
    ...callerKeys(request.caller, caller),
    ["aws:ResourceAccount", entryOf(resourceAccount)],
    ...Object.entries(request.context ?? {}).map(([key, value]) => [key, entryOf(value)] as const),
  ]);
  const each = { action, caller, resource, resourceAccount, context, resources: new Map() };
  return sortReasons(evaluateAction(each, readPolicySet(policies, caller, resource)));
}

/** {@link evaluate} with everything parsed, for calls that need several actions. */
export function evaluateAction(request: ActionRequest, policies: PolicySet): Evaluation {
  const { action } = request;
  const identity = policies.identity && evaluatePolicies("identity policy", policies.identity, request);
  const limits = policies.limits.map(({ kind, policies: each }) => evaluatePolicies(kind, each, request));
  const scps = policies.scps.map((level) => evaluatePolicies("service control policy", level, request));
  const rcps = evaluatePolicies("resource control policy", policies.rcps, request);
  const resource = policies.resource && evaluatePolicies(policies.resource.policy.kind, [policies.resource], request);

  const grant = grantOf(request, { resource, identity, limits });
  const granting = [resource, identity].filter((result) => result !== undefined);
  const denies = anyOf([...granting, ...limits, ...scps, rcps].map((result) => result.denies));
  const truth = allOf([not(denies), grant.truth, ...scps.map((level) => level.allows)]);
  return {
    decision: DECISIONS[truth],
    reasons: [
      ...(resource ? explainResult(resource, action, grant.needed.resource) : []),
      ...(identity ? explainResult(identity, action, grant.needed.identity) : []),
      ...limits.flatMap((result) => explainResult(result, action, grant.needed.limits)),
      ...scps.flatMap((level) => explainResult(level, action, true)),
      ...explainResult(rcps, action, false),
      ...grant.remarks,
    ],
  };
}

/** Puts the reasons that decided first. */
export function sortReasons({ decision, reasons }: Evaluation): Evaluation {
  const decided = (effect: Decision): number => Number(effect === decision);
  return { decision, reasons: reasons.toSorted((a, b) => decided(b.effect) - decided(a.effect)) };
}
