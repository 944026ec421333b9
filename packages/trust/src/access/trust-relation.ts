import {
  type Caller,
  type Condition,
  conditionsMatch,
  type Decision,
  parseArn,
  policyOf,
  readPolicy,
} from "@agent-roles/iam";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import { contextFor } from "./caller-context.ts";
import type { Grantee, PossibleCaller } from "./callers.ts";
import { sharedByTrust } from "./callers-by-trust.ts";
import { candidatesFor, indexCallers, simulateKnown } from "./known-access.ts";
import { outsideCallers, readCallers } from "./possible-callers.ts";
import { possibleRequests } from "./possible-requests.ts";
import { namingStatements, type ReadTrust, readTrust } from "./read-trust.ts";
import { simulate, type Simulation } from "./simulate.ts";

/** A role, and someone who can assume it. */
export interface TrustEdge {
  readonly from: Grantee;
  /** The role's ARN. */
  readonly to: string;
  readonly decision: Exclude<Decision, "denied">;
  /** The conditions of the statements that allow it. */
  readonly constraints: readonly Condition[];
}

/**
 * Who can assume which role, as the evaluator decides it. Callers outside the set are summed up: where a stranger gets in,
 * `anyone`; else each organization, account, principal, service and identity provider that does and is not part of another.
 * What AWS rejects lets nobody in.
 */
export function trustRelation(roles: readonly TrustRole[], context: TrustContext = {}): TrustEdge[] {
  const set = readCallers(roles, context);
  const index = indexCallers(roles);
  const outsideOf = sharedByTrust((trust) =>
    outsideCallers(trust, "*", set).filter(({ caller }) => canEnter(trust, caller)),
  );
  return roles.flatMap((role) => {
    const trust = readTrust(withoutRejected(role));
    const outside = widest(edges(withoutMembers([...simulations(outsideOf(trust), trust, context)]), trust));
    const inside = candidatesFor(trust.role, index).flatMap((from) => {
      const simulation = simulateKnown(from, trust.role, context);
      return simulation ? [{ from: { kind: "role", name: from.arn } as const, simulation }] : [];
    });
    return [...outside, ...edges(inside, trust)];
  });
}

/** The role without the statements that AWS rejects: it cannot be deployed with them. What is unknown offline stays. */
function withoutRejected(role: TrustRole): TrustRole {
  const { statements } = readPolicy(role.trustPolicy, "trust policy");
  const kept = statements.filter(({ unreadable }) => unreadable === undefined);
  const isUnknown = role.unknowns.some(({ path }) => path.startsWith("trustPolicy"));
  return isUnknown || kept.length === statements.length
    ? role
    : { ...role, trustPolicy: policyOf("trust policy", kept) };
}

/** Keys that say who calls, whatever the request. */
const OF_THE_CALLER = /^aws:principal(?:arn|account|orgid)$/;

/** Whether a statement can let the caller in with some request: it names the caller, and no condition on who calls fails. */
function canEnter(trust: ReadTrust, caller: Caller): boolean {
  const context = contextFor(caller, trust.role);
  return namingStatements(trust, caller).some(({ conditions, version }) => {
    const certain = conditions.filter(
      ({ key, values }) => OF_THE_CALLER.test(key) && !values.some((value) => value.includes("${")),
    );
    return conditionsMatch(certain, version, context).truth !== "no";
  });
}

interface FromTo {
  readonly from: Grantee;
  readonly simulation: Simulation;
}

function* simulations(callers: readonly PossibleCaller[], trust: ReadTrust, context: TrustContext): Generator<FromTo> {
  for (const caller of callers) {
    for (const request of possibleRequests(trust, caller)) {
      yield { from: caller.exampleOf, simulation: simulate(caller, trust.role, request, context) };
    }
  }
}

/** One edge for each grantee that gets in, with the constraints of all statements that let it in. */
function edges(simulated: Iterable<FromTo>, trust: ReadTrust): TrustEdge[] {
  const found = new Map<string, TrustEdge>();
  for (const { from, simulation } of simulated) {
    const { decision } = simulation.answer;
    if (decision === "denied") continue;
    const key = `${from.kind} ${from.name}`;
    const earlier = found.get(key);
    found.set(key, {
      from,
      to: trust.role.arn,
      decision: earlier?.decision === "allowed" ? "allowed" : decision,
      constraints: [...new Set([...(earlier?.constraints ?? []), ...constraintsOf(simulation, trust)])],
    });
  }
  return [...found.values()];
}

function constraintsOf({ answer: { decision, reasons } }: Simulation, { policy }: ReadTrust): TrustEdge["constraints"] {
  const labels = new Set(
    reasons.flatMap(({ policy: kind, effect, statement }) =>
      kind === "trust policy" && effect === decision ? (statement ?? []) : [],
    ),
  );
  return policy.statements
    .filter(({ label, effect }) => effect === "Allow" && label !== undefined && labels.has(label))
    .flatMap(({ conditions }) => conditions);
}

/** Leaves out what is done as a member of an organization that gets in as a whole. */
function withoutMembers(simulated: readonly FromTo[]): readonly FromTo[] {
  const isOrganization = ({ from }: FromTo): boolean => from.kind === "organization";
  const getIn = simulated.filter(({ simulation }) => simulation.answer.decision !== "denied");
  const whole = new Set(getIn.filter(isOrganization).map(({ from }) => from.name));
  return getIn.filter((each) => {
    const { caller } = each.simulation.request;
    return isOrganization(each) || !("arn" in caller) || !whole.has(caller.orgId ?? "");
  });
}

/** Leaves out grantees that are part of another one that gets in. */
function widest(all: readonly TrustEdge[]): readonly TrustEdge[] {
  const anyone = all.filter(({ from }) => from.kind === "anyone");
  if (anyone.length > 0) return anyone;
  const accounts = new Set(all.filter(({ from }) => from.kind === "account").map(({ from }) => from.name));
  return all.filter(({ from }) => from.kind !== "principal" || !accounts.has(parseArn(from.name)?.account ?? ""));
}
