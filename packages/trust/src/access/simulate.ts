import type { Decision, Evaluation, PolicyDocument } from "@agent-roles/iam";
import type { AssumeRoleParameters, AssumeRoleRequest } from "../assume-role/assume-role-request.ts";
import { evaluateAssumeRole } from "../assume-role/evaluate-assume-role.ts";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import type { PossibleCaller } from "./callers.ts";
import { GRANTS_ALL } from "./managed-policies.ts";
import { overApproximateTrust } from "./over-approximate.ts";

/** One AssumeRole call and its decision. */
export interface Simulation {
  readonly request: AssumeRoleRequest;
  readonly answer: Evaluation;
}

/** How much a decision lets pass. */
export const RANK: Readonly<Record<Decision, number>> = { denied: 0, uncertain: 1, allowed: 2 };

/**
 * Simulates one call. What the source leaves unknown (a managed policy's text, values of the trust policy, tags) makes a
 * denial uncertain where it could allow the call.
 */
export function simulate(
  { caller, unknownPolicies }: PossibleCaller,
  role: TrustRole,
  parameters: AssumeRoleParameters,
  context: TrustContext,
): Simulation {
  const request: AssumeRoleRequest = {
    caller,
    role: {
      arn: role.arn,
      trustPolicy: role.trustPolicy,
      ...(role.tags && { tags: role.tags }),
      ...(context.organization !== undefined && { orgId: context.organization }),
    },
    request: parameters,
  };
  const answer = evaluateAssumeRole(request);
  if (answer.decision !== "denied") return { request, answer };
  const open = overApproximateTrust(role);
  const doubts = [
    ...(unknownPolicies.length > 0 ? [`the permissions of ${unknownPolicies.join(", ")} are not in the source`] : []),
    ...(open ? ["a value in the trust policy, or a tag of the role, cannot be resolved offline"] : []),
  ];
  if (doubts.length === 0) return { request, answer };
  const able =
    unknownPolicies.length > 0 && "arn" in caller
      ? { ...caller, identityPolicies: [...(caller.identityPolicies ?? []), GRANTS_ALL] }
      : caller;
  const most = evaluateAssumeRole({ ...withTrustPolicy(request, open ?? role.trustPolicy), caller: able });
  if (most.decision !== "denied") return { request, answer: uncertain(doubts.join("; "), answer) };
  // What denies whatever the unknown is.
  const certain = new Set(most.reasons.map(({ message }) => message));
  return { request, answer: { ...answer, reasons: answer.reasons.filter(({ message }) => certain.has(message)) } };
}

/** The same call of a role with another trust policy. */
export function withTrustPolicy(request: AssumeRoleRequest, trustPolicy: PolicyDocument): AssumeRoleRequest {
  return { ...request, role: { ...request.role, trustPolicy } };
}

/** The simulation, of those given, that gets furthest; the first one of these. */
export function mostPermissive(simulations: Iterable<Simulation>): Simulation | undefined {
  let best: Simulation | undefined;
  for (const simulation of simulations) {
    if (best && RANK[simulation.answer.decision] <= RANK[best.answer.decision]) continue;
    best = simulation;
    if (simulation.answer.decision === "allowed") return best;
  }
  return best;
}

/** An answer that is not certain after all, and why. */
export function uncertain(message: string, answer?: Evaluation): Evaluation {
  const reason = { effect: "uncertain", action: "sts:AssumeRole", policy: "identity policy", message } as const;
  return { decision: "uncertain", reasons: [reason, ...(answer?.reasons ?? [])] };
}
