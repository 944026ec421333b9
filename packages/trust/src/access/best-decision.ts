import type { AssumeRoleAnswer, AssumeRoleParameters, AssumeRoleRequest, Decision } from "../assume-role-request.ts";
import { evaluateAssumeRole } from "../evaluate-assume-role.ts";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import type { PossibleCaller } from "./callers.ts";
import { GRANTS_ALL } from "./managed-policies.ts";

/** A question and its answer. */
export interface Answered {
  readonly question: AssumeRoleRequest;
  readonly answer: AssumeRoleAnswer;
}

/** How much a decision lets pass. */
export const RANK: Readonly<Record<Decision, number>> = { denied: 0, uncertain: 1, allowed: 2 };

/** Asks about one call, with what the set does not tell taken into account. */
export function ask(
  { caller, unknownPolicies }: PossibleCaller,
  role: TrustRole,
  request: AssumeRoleParameters,
  context: TrustContext,
): Answered {
  const question: AssumeRoleRequest = {
    caller,
    role: {
      arn: role.arn,
      trustPolicy: role.trustPolicy,
      ...(role.tags && { tags: role.tags }),
      ...(context.organization !== undefined && { orgId: context.organization }),
    },
    request,
  };
  if (role.arn.includes("${")) return { question, answer: uncertain(`the ARN ${role.arn} is not known offline`) };
  const answer = evaluateAssumeRole(question);
  if (answer.decision !== "denied" || unknownPolicies.length === 0 || !("arn" in caller)) return { question, answer };
  const identityPolicies = [...(caller.identityPolicies ?? []), GRANTS_ALL];
  const atMost = evaluateAssumeRole({ ...question, caller: { ...caller, identityPolicies } });
  if (atMost.decision === "denied") return { question, answer };
  const why = `what ${unknownPolicies.join(", ")} allows is not in the source`;
  return { question, answer: uncertain(why, answer) };
}

/** The call, of those given, that gets furthest; the first one of these. */
export function mostPermissive(calls: Iterable<Answered>): Answered | undefined {
  let best: Answered | undefined;
  for (const call of calls) {
    if (best && RANK[call.answer.decision] <= RANK[best.answer.decision]) continue;
    best = call;
    if (call.answer.decision === "allowed") return best;
  }
  return best;
}

function uncertain(message: string, answer?: AssumeRoleAnswer): AssumeRoleAnswer {
  const reason = { effect: "uncertain", action: "sts:AssumeRole", policy: "identity policy", message } as const;
  return { decision: "uncertain", reasons: [reason, ...(answer?.reasons ?? [])] };
}
