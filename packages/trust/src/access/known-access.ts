import { asList, groupBy, isRecord, matchesWildcard, parseArn } from "@agent-roles/iam";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import { type Answered, ask, mostPermissive } from "./best-decision.ts";
import { knownCaller } from "./callers.ts";
import { readGrants } from "./grants.ts";
import { managedGrant } from "./managed-policies.ts";
import { possibleRequests } from "./possible-requests.ts";
import { readTrust } from "./read-trust.ts";

/** How far a role of the set gets with another, with the request that suits it best. */
export function decideKnown(from: TrustRole, to: TrustRole, context: TrustContext): Answered | undefined {
  const sessions = new Set<string | undefined>([undefined, ...sessionsNamed(from, to)]);
  return mostPermissive(questions(from, to, context, sessions));
}

function* questions(
  from: TrustRole,
  to: TrustRole,
  context: TrustContext,
  sessions: Iterable<string | undefined>,
): Generator<Answered> {
  const trust = readTrust(to);
  for (const session of sessions) {
    const caller = knownCaller(from, context, session);
    for (const request of possibleRequests(trust, caller.caller)) yield ask(caller, to, request, context);
  }
}

/** Sessions of a role that a trust policy names one by one. */
function sessionsNamed(from: TrustRole, to: TrustRole): string[] {
  const role = parseArn(from.arn);
  const name = from.arn.slice(from.arn.lastIndexOf("/") + 1);
  const prefix = `arn:${role?.partition}:sts::${role?.account}:assumed-role/${name}/`;
  return [...readGrants(to).values()].flatMap(({ principal }) =>
    principal.name.startsWith(prefix) ? [principal.name.slice(prefix.length)] : [],
  );
}

/**
 * The roles of a set that a trust policy may be about, so that not every pair has to be asked about: those it names, and,
 * where it names an account or everybody, those whose own policies speak of sts.
 */
export function candidatesFor(to: TrustRole, roles: CallerIndex): readonly TrustRole[] {
  const found = new Set<TrustRole>();
  for (const { principal } of readGrants(to).values()) {
    const arn = parseArn(principal.name);
    if (principal.kind === "everyone" || principal.kind === "unreadable") {
      for (const role of roles.assuming) found.add(role);
      // In its own account a policy that names everybody asks for nothing else.
      for (const role of roles.byAccount.get(to.arn.split(":")[4]) ?? []) found.add(role);
    } else if (arn?.resource === "root") {
      for (const role of roles.assuming) if (role.arn.split(":")[4] === arn.account) found.add(role);
    } else if (arn) {
      const name = arn.resource.startsWith("assumed-role/")
        ? arn.resource.split("/")[1]
        : arn.resource.split("/").at(-1);
      for (const role of roles.byName.get(`${arn.account} ${name}`) ?? []) found.add(role);
    }
  }
  return [...found];
}

/** The roles of a set, by what a trust policy can say of them. */
export interface CallerIndex {
  readonly byAccount: ReadonlyMap<string | undefined, readonly TrustRole[]>;
  /** By account and name. */
  readonly byName: ReadonlyMap<string, readonly TrustRole[]>;
  /** Those with a policy that may let them assume roles. */
  readonly assuming: readonly TrustRole[];
}

/** Sorts the roles of a set. */
export function indexCallers(roles: readonly TrustRole[]): CallerIndex {
  return {
    byAccount: groupBy(roles, accountOf),
    byName: groupBy(roles, (role) => `${accountOf(role)} ${role.arn.slice(role.arn.lastIndexOf("/") + 1)}`),
    assuming: roles.filter(mayAssume),
  };
}

function accountOf({ arn }: TrustRole): string | undefined {
  return arn.split(":")[4];
}

function mayAssume({ identityPolicies, managedPolicyArns }: TrustRole): boolean {
  const managed = managedGrant(managedPolicyArns);
  if (managed.policies.length > 0 || managed.unknownArns.length > 0) return true;
  return identityPolicies.some((policy) =>
    asList(policy["Statement"]).some((statement) => {
      if (!isRecord(statement) || statement["Effect"] === "Deny") return !isRecord(statement);
      const { Action: wanted } = statement;
      if (wanted === undefined) return true;
      return asList(wanted).some(
        (action) => typeof action !== "string" || matchesWildcard(action.toLowerCase(), "sts:assumerole"),
      );
    }),
  );
}
