import { coversAction, groupBy, lastSegment, parseArn, readPolicy } from "@agent-roles/iam";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import { knownCaller, roleKey } from "./callers.ts";
import { readGrants } from "./grants.ts";
import { knownPolicies } from "./managed-policies.ts";
import { possibleRequests } from "./possible-requests.ts";
import { readTrust } from "./read-trust.ts";
import { mostPermissive, simulate, type Simulation } from "./simulate.ts";

/** How far a role of the set gets with another, with the request that suits it best. */
export function simulateKnown(from: TrustRole, to: TrustRole, context: TrustContext): Simulation | undefined {
  return mostPermissive(simulations(from, to, context));
}

function* simulations(from: TrustRole, to: TrustRole, context: TrustContext): Generator<Simulation> {
  const trust = readTrust(to);
  for (const session of new Set([undefined, ...sessionsNamed(from, to)])) {
    const caller = knownCaller(from, context, session);
    for (const request of possibleRequests(trust, caller)) yield simulate(caller, to, request, context);
  }
}

/** Sessions of a role that a trust policy names one by one. */
function sessionsNamed(from: TrustRole, to: TrustRole): string[] {
  const role = parseArn(from.arn);
  const prefix = `arn:${role?.partition}:sts::${role?.account}:assumed-role/${lastSegment(from.arn)}/`;
  return [...readGrants(to).values()].flatMap(({ principal }) =>
    principal.name.startsWith(prefix) ? [principal.name.slice(prefix.length)] : [],
  );
}

/**
 * The roles of a set that a trust policy can be about, so that not every pair has to be simulated: those it names, and,
 * where it names an account or everyone, those whose own policies can allow sts:AssumeRole.
 */
export function candidatesFor(to: TrustRole, roles: CallerIndex): readonly TrustRole[] {
  const found = new Set<TrustRole>();
  const add = (some: readonly TrustRole[] = []): void => some.forEach((role) => found.add(role));
  for (const { principal } of readGrants(to).values()) {
    const arn = parseArn(principal.name);
    if (principal.kind === "everyone" || principal.kind === "unreadable") {
      add(roles.assuming);
      // In its own account a policy that names everyone asks for nothing else.
      add(roles.byAccount.get(parseArn(to.arn)?.account));
    } else if (arn?.resource === "root") {
      add(roles.assuming.filter((role) => parseArn(role.arn)?.account === arn.account));
    } else if (arn) {
      add(roles.byKey.get(roleKey(principal.name)));
    }
  }
  return [...found];
}

/** The roles of a set, by what a trust policy can say about them. */
export interface CallerIndex {
  readonly byArn: ReadonlyMap<string, TrustRole>;
  readonly byAccount: ReadonlyMap<string | undefined, readonly TrustRole[]>;
  /** By {@link roleKey}. */
  readonly byKey: ReadonlyMap<string | undefined, readonly TrustRole[]>;
  /** Those with a policy that can allow them to assume roles. */
  readonly assuming: readonly TrustRole[];
}

/** Sorts the roles of a set. */
export function indexCallers(roles: readonly TrustRole[]): CallerIndex {
  return {
    byArn: new Map(roles.map((role) => [role.arn, role])),
    byAccount: groupBy(roles, ({ arn }) => parseArn(arn)?.account),
    byKey: groupBy(roles, ({ arn }) => roleKey(arn)),
    assuming: roles.filter(canAssume),
  };
}

function canAssume(role: TrustRole): boolean {
  const { policies, unknownArns } = knownPolicies(role);
  if (unknownArns.length > 0) return true;
  return policies.some((policy) =>
    readPolicy(policy, "identity policy").statements.some(
      (statement) => statement.effect !== "Deny" && coversAction(statement, "sts:AssumeRole") !== "no",
    ),
  );
}
