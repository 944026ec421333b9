import type { AssumeRoleParameters } from "../assume-role-request.ts";
import type { TrustContext } from "../trust-model.ts";
import type { AskedCallers } from "./asked-callers.ts";
import { type Answered, ask, uncertain } from "./best-decision.ts";
import type { PossibleCaller } from "./callers.ts";
import type { Expectation } from "./expectation.ts";
import { possibleRequests } from "./possible-requests.ts";
import type { ReadTrust } from "./read-trust.ts";
import { withoutUnmet } from "./unmet-clauses.ts";

/** One call that was decided; `breaking` is left out when it is as expected. */
export interface DecidedCall {
  readonly caller: PossibleCaller;
  readonly breaking?: Answered;
}

/** Decides every call that an expectation is about at one role. */
export function* decideCalls(
  expectation: Expectation,
  trust: ReadTrust,
  { named, unnamed, everybody }: AskedCallers,
  context: TrustContext,
): Generator<DecidedCall> {
  const { decision } = expectation;
  const requests = (caller: PossibleCaller): readonly AssumeRoleParameters[] => requestsOf(expectation, trust, caller);
  for (const caller of decision === "denied" ? named : [...named, ...unnamed]) {
    for (const request of requests(caller)) {
      const answered = ask(caller, trust.role, request, context);
      yield answered.answer.decision === decision ? { caller } : { caller, breaking: answered };
    }
  }
  if (decision === "allowed") return;
  for (const caller of unnamed) yield { caller };
  if (named.length === 0) return;
  const without = withoutUnmet(trust, everybody, requests, context);
  if (!without) return;
  const role = { ...trust.role, trustPolicy: without.policy };
  const why = `no caller could be thought of to decide ${without.keys.join(", ")} with; that nobody gets past is not proven`;
  for (const caller of named) {
    for (const request of requests(caller)) {
      if (ask(caller, role, request, context).answer.decision === "denied") continue;
      const { question, answer } = ask(caller, trust.role, request, context);
      yield { caller, breaking: { question, answer: uncertain(why, answer) } };
      return;
    }
  }
}

function requestsOf(
  { decision, with: given }: Expectation,
  trust: ReadTrust,
  { caller, context: ofCaller }: PossibleCaller,
): readonly AssumeRoleParameters[] {
  const stated = given && {
    ...(given.externalId !== undefined && { externalId: given.externalId }),
    ...(given.tags && { sessionTags: given.tags }),
    ...(given.sourceIdentity !== undefined && { sourceIdentity: given.sourceIdentity }),
    ...(given.sessionName !== undefined && { roleSessionName: given.sessionName }),
  };
  if (decision === "allowed") return [{ roleSessionName: "any-session", ...stated }];
  const possible = possibleRequests(trust, caller).map((request) =>
    ofCaller ? { ...request, context: { ...request.context, ...ofCaller } } : request,
  );
  if (!stated) return possible;
  // What is stated is fixed; what the caller might come by besides stays open.
  return possible.map(({ context, roleSessionName = "any-session" }) => ({
    roleSessionName,
    ...(context && { context }),
    ...stated,
  }));
}
