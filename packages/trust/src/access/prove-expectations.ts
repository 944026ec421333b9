import { matchesWildcard } from "@agent-roles/iam";
import type { Finding, TrustContext, TrustRole } from "../trust-model.ts";
import { type AskedCallers, callersByTrust } from "./asked-callers.ts";
import { type Answered, uncertain } from "./best-decision.ts";
import { decideCalls } from "./decide-calls.ts";
import type { PossibleCaller } from "./callers.ts";
import { EXPECTATION_ID, type Expectation, type ExpectationResult } from "./expectation.ts";
import { mayMatch } from "./may-match.ts";
import { type CallerSet, readCallers } from "./possible-callers.ts";
import { type ReadTrust, readTrust } from "./read-trust.ts";

/**
 * Proves what must hold, or gives the call that breaks it.
 *
 * `denied` is asked of every caller that `from` may stand for, each with every request that might get through; what
 * cannot be decided offline counts as not proven. `allowed` is asked of the callers that `from` names, with the request
 * as given. Callers outside the set are taken to have every permission in their own account. An expectation that is
 * about no role, or about nobody, does not hold.
 *
 * @see docs/decisions/expectations.md for what is proven and what is not.
 */
export function proveExpectations(
  expectations: readonly Expectation[],
  roles: readonly TrustRole[],
  context: TrustContext = {},
): ExpectationResult[] {
  const set = readCallers(roles, context);
  return expectations.map((expectation) => prove(expectation, roles, set));
}

function prove(expectation: Expectation, roles: readonly TrustRole[], set: CallerSet): ExpectationResult {
  const { from, decision } = expectation;
  const { context } = set;
  let questions = 0;
  let broken: Broken | undefined;
  const askedOf = callersByTrust(expectation, set);
  const named = roles.filter(({ arn }) => matchesWildcard(expectation.to, arn));
  // What some combination of undecided conditions allows says nothing about the others.
  const targets = decision === "allowed" ? named.flatMap(inEachWorld) : named;
  for (const role of targets) {
    const trust = readTrust(role);
    for (const { caller, breaking } of decideCalls(expectation, trust, askedOf(trust), context)) {
      questions += 1;
      // A call that plainly breaks it says more than one that nobody can decide.
      if (!breaking || (broken && breaking.answer.decision === "uncertain")) continue;
      broken = { role, caller, answered: breaking };
      if (breaking.answer.decision !== "uncertain") return toResult(expectation, questions, broken, context);
    }
  }
  if (decision === "denied" && questions > 0) broken ??= brokenByOneUnnamed(expectation, roles, askedOf, context);
  if (broken) return toResult(expectation, questions, broken, context);
  if (questions > 0) return { expectation, holds: true, questions };
  const message =
    targets.length === 0
      ? `no role is matched by ${expectation.to}, so nothing is proven`
      : `nobody is matched by ${from}, so nothing is proven`;
  const finding: Finding = {
    ...base(expectation, context),
    role: expectation.to,
    message: `expected ${describe(expectation)}: ${message}`,
    fix: "correct the pattern, or remove the expectation",
    location: targets[0]?.location ?? roles[0]?.location ?? { file: "agent-roles.yaml", path: "trust.expect" },
  };
  return { expectation, holds: false, questions, finding };
}

/** A role that lets somebody in, and may turn out to be among those that `to` names: parts of its ARN are unknown offline. */
function brokenByOneUnnamed(
  expectation: Expectation,
  roles: readonly TrustRole[],
  askedOf: (trust: ReadTrust) => AskedCallers,
  context: TrustContext,
): Broken | undefined {
  const { to } = expectation;
  for (const role of roles.filter(({ arn }) => !matchesWildcard(to, arn) && mayMatch(to, arn))) {
    const trust = readTrust(role);
    for (const { caller, breaking } of decideCalls(expectation, trust, askedOf(trust), context)) {
      if (!breaking) continue;
      const { question, answer } = breaking;
      const why = `${role.arn} may turn out to be matched by ${to}, for its parts in \${…} are not known offline`;
      return { role, caller, answered: { question, answer: uncertain(why, answer) } };
    }
  }
  return undefined;
}

function inEachWorld({ worlds, ...role }: TrustRole): readonly TrustRole[] {
  const { arn, location, unknowns } = role;
  return worlds?.map((world) => ({ arn, location, unknowns, ...world })) ?? [role];
}

function base({ decision }: Expectation, context: TrustContext): Pick<Finding, "id" | "severity"> {
  // What a team says must hold weighs as much as the worst that a rule finds, whichever way it is broken.
  const severity = context.severities?.[EXPECTATION_ID] ?? (decision === "denied" ? "critical" : "error");
  return { id: EXPECTATION_ID, severity };
}

interface Broken {
  readonly role: TrustRole;
  readonly caller: PossibleCaller;
  readonly answered: Answered;
}

function toResult(
  expectation: Expectation,
  questions: number,
  { role, caller: { name }, answered: { question, answer } }: Broken,
  context: TrustContext,
): ExpectationResult {
  const { decision, reasons } = answer;
  const request = JSON.stringify(question.request);
  const reason = reasons.find(({ effect }) => effect === decision)?.message ?? "";
  const statement = reasons.find(({ policy, effect }) => policy === "trust policy" && effect === decision)?.statement;
  const finding: Finding = {
    ...base(expectation, context),
    role: role.arn,
    ...(statement !== undefined && { statement }),
    message: `expected ${describe(expectation)}, but ${name} with ${request} is ${decision}: ${reason}`,
    fix:
      expectation.decision === "denied"
        ? "narrow the trust policy, or the expectation"
        : "let the trust policy, or the caller's own policies, allow it",
    location: role.location,
  };
  return { expectation, holds: false, questions, counterExample: { caller: name, question, answer }, finding };
}

function describe({ from, to, decision }: Expectation): string {
  return `${from} → ${to} ${decision}`;
}
