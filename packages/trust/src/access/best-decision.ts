import type { Decision, PolicyDocument } from "@agent-roles/iam";
import type { AssumeRoleAnswer, AssumeRoleParameters, AssumeRoleRequest } from "../assume-role-request.ts";
import { evaluateAssumeRole } from "../evaluate-assume-role.ts";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import type { PossibleCaller } from "./callers.ts";
import { loosenPolicy } from "./loosen-policy.ts";
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
  const answer = evaluateAssumeRole(question);
  if (answer.decision !== "denied") return { question, answer };
  const doubts = [...atMost(question, unknownPolicies, loosenPolicy(role))];
  if (doubts.length === 0 || evaluateAssumeRole(doubts.at(-1)?.question ?? question).decision === "denied") {
    return { question, answer };
  }
  return { question, answer: uncertain(doubts.map(({ why }) => why).join("; "), answer) };
}

/** The question with what is not known taken for what lets most pass: one doubt more each time. */
function* atMost(
  question: AssumeRoleRequest,
  unknownPolicies: readonly string[],
  loose: PolicyDocument | undefined,
): Generator<{ readonly question: AssumeRoleRequest; readonly why: string }> {
  let { caller, role } = question;
  if (unknownPolicies.length > 0 && "arn" in caller) {
    caller = { ...caller, identityPolicies: [...(caller.identityPolicies ?? []), GRANTS_ALL] };
    yield { question: { ...question, caller }, why: `what ${unknownPolicies.join(", ")} allows is not in the source` };
  }
  if (loose) {
    role = { ...role, trustPolicy: loose };
    yield {
      question: { ...question, caller, role },
      why: "a value in the trust policy, or a tag of the role, cannot be resolved offline",
    };
  }
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

/** An answer that is not certain after all, and why. */
export function uncertain(message: string, answer?: AssumeRoleAnswer): AssumeRoleAnswer {
  const reason = { effect: "uncertain", action: "sts:AssumeRole", policy: "identity policy", message } as const;
  return { decision: "uncertain", reasons: [reason, ...(answer?.reasons ?? [])] };
}
