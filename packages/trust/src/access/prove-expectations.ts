import { matchesWildcard } from "@agent-roles/iam";
import type { AssumeRoleParameters } from "../assume-role/assume-role-request.ts";
import { evaluateAssumeRole } from "../assume-role/evaluate-assume-role.ts";
import type { Finding, TrustContext, TrustRole } from "../trust-model.ts";
import { type PossibleCaller, SESSION } from "./callers.ts";
import { callersByTrust, type ExpectedCallers } from "./callers-by-trust.ts";
import { canMatch } from "./can-match.ts";
import { EXPECTATION_ID, type Expectation, type ExpectationResult } from "./expectation.ts";
import { readCallers } from "./possible-callers.ts";
import { possibleRequests } from "./possible-requests.ts";
import { type ReadTrust, readTrust } from "./read-trust.ts";
import { simulate, type Simulation, uncertain, withTrustPolicy } from "./simulate.ts";
import { withoutUnmet } from "./without-unmet.ts";

/**
 * Proves what must hold, or gives the call that breaks it.
 *
 * `denied` is simulated for every caller that `from` can mean, each with every request that can get through; what cannot be
 * decided offline counts as not proven. `allowed` is simulated for the callers that `from` names, with the request as given.
 * Callers outside the set are taken to have every permission in their own account. An expectation that is about no role,
 * or about nobody, does not hold.
 *
 * @see docs/decisions/expectations.md for what is proven and what is not.
 */
export function proveExpectations(
  expectations: readonly Expectation[],
  roles: readonly TrustRole[],
  context: TrustContext = {},
): ExpectationResult[] {
  const set = readCallers(roles, context);
  return expectations.map((expectation) => {
    const callersOf = callersByTrust(expectation, set);
    return prove(expectation, roles, context, (role) => {
      const trust = readTrust(role);
      return decideCalls(expectation, trust, callersOf(trust), context);
    });
  });
}

function prove(
  expectation: Expectation,
  roles: readonly TrustRole[],
  context: TrustContext,
  decideAt: (role: TrustRole) => Iterable<DecidedCall>,
): ExpectationResult {
  const { from, to, decision } = expectation;
  const named = roles.filter(({ arn }) => matchesWildcard(to, arn));
  // What some combination of undecided conditions allows says nothing about the others.
  const targets = decision === "allowed" ? named.flatMap(variantsOf) : named;
  let questions = 0;
  let broken: Broken | undefined;
  for (const role of targets) {
    for (const { caller, breaking } of decideAt(role)) {
      questions += 1;
      // A call that plainly breaks it says more than one that cannot be decided.
      if (!breaking || (broken && breaking.answer.decision === "uncertain")) continue;
      broken = { role, caller, breaking };
      if (breaking.answer.decision !== "uncertain") return toResult(expectation, questions, broken, context);
    }
  }
  if (decision === "denied" && questions > 0) broken ??= brokenByUnnamedRole(to, roles, decideAt);
  if (broken) return toResult(expectation, questions, broken, context);
  if (questions > 0) return { expectation, holds: true, questions };
  const finding: Finding = {
    ...base(expectation, context),
    role: to,
    message: `expected ${describe(expectation)}: ${targets.length === 0 ? `no role matches ${to}` : `no caller matches ${from}`}, so nothing is proven`,
    fix: "correct the pattern, or remove the expectation",
    location: targets[0]?.location ?? roles[0]?.location ?? { file: "agent-roles.yaml", path: "trust.expect" },
  };
  return { expectation, holds: false, questions, finding };
}

/** A role that lets someone in, and can be among those that `to` names: parts of its ARN are unknown offline. */
function brokenByUnnamedRole(
  to: string,
  roles: readonly TrustRole[],
  decideAt: (role: TrustRole) => Iterable<DecidedCall>,
): Broken | undefined {
  for (const role of roles.filter(({ arn }) => !matchesWildcard(to, arn) && canMatch(to, arn))) {
    for (const { caller, breaking } of decideAt(role)) {
      if (!breaking) continue;
      const why = `${role.arn} can match ${to}: its parts in \${…} are unknown offline`;
      return { role, caller, breaking: { ...breaking, answer: uncertain(why, breaking.answer) } };
    }
  }
  return undefined;
}

/** The role in each way that undecided conditions of its template can turn out. */
function variantsOf({ variants, ...role }: TrustRole): readonly TrustRole[] {
  const { arn, location, unknowns } = role;
  return variants?.map((variant) => ({ arn, location, unknowns, ...variant })) ?? [role];
}

/** One call that was decided; `breaking` is left out when it is as expected. */
interface DecidedCall {
  readonly caller: PossibleCaller;
  readonly breaking?: Simulation;
}

/** Decides every call that an expectation is about at one role. */
function* decideCalls(
  expectation: Expectation,
  trust: ReadTrust,
  { named, unnamed, everyone }: ExpectedCallers,
  context: TrustContext,
): Generator<DecidedCall> {
  const { decision } = expectation;
  const requestsOf = (caller: PossibleCaller): readonly AssumeRoleParameters[] => requests(expectation, trust, caller);
  for (const caller of decision === "denied" ? named : [...named, ...unnamed]) {
    for (const request of requestsOf(caller)) {
      const simulation = simulate(caller, trust.role, request, context);
      yield simulation.answer.decision === decision ? { caller } : { caller, breaking: simulation };
    }
  }
  if (decision === "allowed") return;
  for (const caller of unnamed) yield { caller };
  const without = named.length > 0 && withoutUnmet(trust, everyone, requestsOf, context);
  if (!without) return;
  for (const caller of named) {
    for (const request of requestsOf(caller)) {
      const simulation = simulate(caller, trust.role, request, context);
      if (evaluateAssumeRole(withTrustPolicy(simulation.request, without.policy)).decision === "denied") continue;
      const why = `no example caller decides ${without.keys.join(", ")}, so a denial is not proven`;
      yield { caller, breaking: { ...simulation, answer: uncertain(why, simulation.answer) } };
      return;
    }
  }
}

function requests(
  { decision, with: given }: Expectation,
  trust: ReadTrust,
  caller: PossibleCaller,
): readonly AssumeRoleParameters[] {
  const stated = given && {
    ...(given.externalId !== undefined && { externalId: given.externalId }),
    ...(given.tags && { sessionTags: given.tags }),
    ...(given.sourceIdentity !== undefined && { sourceIdentity: given.sourceIdentity }),
    ...(given.sessionName !== undefined && { roleSessionName: given.sessionName }),
  };
  if (decision === "allowed") return [{ roleSessionName: SESSION, ...stated }];
  const possible = possibleRequests(trust, { ...caller, known: true });
  if (!stated) return possible;
  // What is stated is fixed; what the caller can obtain besides stays open.
  return possible.map(({ context, roleSessionName = SESSION }) => ({
    roleSessionName,
    ...(context && { context }),
    ...stated,
  }));
}

function base({ decision }: Expectation, context: TrustContext): Pick<Finding, "id" | "severity"> {
  // What a team says must hold weighs as much as the worst that a rule finds, whichever way it is broken.
  const severity = context.severities?.[EXPECTATION_ID] ?? (decision === "denied" ? "critical" : "error");
  return { id: EXPECTATION_ID, severity };
}

interface Broken {
  readonly role: TrustRole;
  readonly caller: PossibleCaller;
  readonly breaking: Simulation;
}

function toResult(
  expectation: Expectation,
  questions: number,
  { role, caller: { name }, breaking: { request, answer } }: Broken,
  context: TrustContext,
): ExpectationResult {
  const { decision, reasons } = answer;
  const reason = reasons.find(({ effect }) => effect === decision)?.message ?? "";
  const statement = reasons.find(({ policy, effect }) => policy === "trust policy" && effect === decision)?.statement;
  const finding: Finding = {
    ...base(expectation, context),
    role: role.arn,
    ...(statement !== undefined && { statement }),
    message: `expected ${describe(expectation)}, but ${name} with ${JSON.stringify(request.request)} is ${decision}: ${reason}`,
    fix:
      expectation.decision === "denied"
        ? "narrow the trust policy, or the expectation"
        : "let the trust policy, or the caller's own policies, allow it",
    location: role.location,
  };
  return { expectation, holds: false, questions, counterExample: { caller: name, question: request, answer }, finding };
}

function describe({ from, to, decision }: Expectation): string {
  return `${from} → ${to} ${decision}`;
}
