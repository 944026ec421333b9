import type { TrustContext, TrustRole } from "../trust-model.ts";
import { isFrom } from "./caller-pattern.ts";
import { withTags } from "./caller-tags.ts";
import { knownCaller, ownAccounts, type PossibleCaller, unknownCaller } from "./callers.ts";
import { inOrganizations } from "./organizations.ts";
import type { ReadTrust } from "./read-trust.ts";
import { identify, instance, spokenAccounts, spokenArns, valuesOf } from "./spoken.ts";

/** What is known of callers, whatever the trust policy. */
export interface CallerSet {
  /** Each role of the set. */
  readonly known: readonly PossibleCaller[];
  readonly roles: readonly TrustRole[];
  /** What the roles' ARNs and those of their sessions have in common. */
  readonly identities: ReadonlySet<string>;
  /** Accounts of one's own. */
  readonly own: ReadonlySet<string>;
  readonly context: TrustContext;
}

/** Reads the roles of a set as callers. */
export function readCallers(roles: readonly TrustRole[], context: TrustContext): CallerSet {
  return {
    known: roles.map((role) => knownCaller(role, context)),
    roles,
    identities: new Set(roles.map(({ arn }) => identify(arn))),
    own: ownAccounts(roles, context),
    context,
  };
}

/**
 * Everybody who has to be asked about, so that the answer holds for all: every role of the set; every principal, ARN,
 * account and organization that the trust policy speaks of; a stranger with a role and one with a user, each in no
 * organization, in one's own, in every one that is spoken of and in another; an unnamed role in each account of one's
 * own; and the callers that the expectation itself names. Those outside the set have each set of tags that may help.
 *
 * @param from of whom only those are given whom it means.
 */
export function possibleCallers(trust: ReadTrust, from: string, set: CallerSet): readonly PossibleCaller[] {
  return callersFor(trust, from, set, (caller) => isFrom(from, caller, set.own, set.context));
}

/** The same, whomever an expectation is about. */
export function everyCaller(trust: ReadTrust, set: CallerSet): readonly PossibleCaller[] {
  return callersFor(trust, "*", set, () => true);
}

function callersFor(
  trust: ReadTrust,
  from: string,
  set: CallerSet,
  isWanted: (caller: PossibleCaller) => boolean,
): readonly PossibleCaller[] {
  const { known, own, context } = set;
  const place = (caller: PossibleCaller): readonly PossibleCaller[] =>
    inOrganizations(caller, trust, own, context).filter(isWanted);
  return [
    ...[...known, ...namedSessions(trust, from, set)].flatMap(place),
    ...outsideCallers(trust, from, set).flatMap((caller) => place(caller).flatMap((each) => withTags(each, trust))),
    ...otherCallers(trust, from).filter(isWanted),
  ];
}

/** Sessions of the set's roles that are named one by one. */
function namedSessions({ principals }: ReadTrust, from: string, { roles, context }: CallerSet): PossibleCaller[] {
  return [...new Set([...principals.map(({ name }) => name), from])].flatMap((text) => {
    const [, roleName, session] = /:assumed-role\/([^/]+)\/(.+)$/.exec(text) ?? [];
    if (session === undefined) return [];
    return roles
      .filter(({ arn }) => arn.endsWith(`/${roleName}`))
      .map((role) => knownCaller(role, context, instance(session)));
  });
}

/** Principals that are not roles of the set, each in no organization and without tags. */
function outsideCallers(trust: ReadTrust, from: string, { own, identities }: CallerSet): PossibleCaller[] {
  const spoken = spokenAccounts(trust, own);
  const stranger = strangerAccount(own, spoken);
  const accounts = [...new Set([...spoken, ...own, stranger])];
  const arns = spokenArns(trust, from, [...new Set([...spoken, stranger, ...own])]);
  const users = new Set(["anyone", ...valuesOf(trust, "aws:username").map(instance)]);
  return [
    ...[...arns].filter((arn) => !identities.has(identify(arn))).map((arn) => outside(arn, arn)),
    ...accounts.flatMap((account) => {
      const whose = account === stranger ? "a stranger's" : "an unnamed";
      const prefix = `arn:${trust.partition}:iam::${account}`;
      return [
        outside(`${whose} role, account ${account}`, `${prefix}:role/anyone`),
        ...[...users].map((user) => outside(`${whose} user, account ${account}`, `${prefix}:user/${user}`)),
      ];
    }),
  ];
}

function outside(name: string, arn: string): PossibleCaller {
  return unknownCaller(name, arn, arn.includes(":assumed-role/") ? {} : { principalArn: arn });
}

/** An account that is neither one's own nor spoken of. */
function strangerAccount(own: ReadonlySet<string>, spoken: readonly string[]): string {
  for (let number = 999_999_999_999; ; number -= 1) {
    const account = String(number);
    if (!own.has(account) && !spoken.includes(account)) return account;
  }
}

function otherCallers({ principals }: ReadTrust, from: string): PossibleCaller[] {
  const services = principals.flatMap(({ kind, name }) => (kind === "service" ? name : []));
  const providers = principals.flatMap(({ kind, name }) => (kind === "federated" ? name : []));
  if (/^[^:]+\.amazonaws\.com$/.test(from)) services.push(instance(from));
  if (/:(oidc|saml)-provider\//.test(from)) providers.push(instance(from));
  const base = { known: false, unknownPolicies: [] };
  return [
    ...[...new Set(["ec2.amazonaws.com", ...services])].map((service) => ({
      ...base,
      name: service,
      caller: { service },
    })),
    ...[...new Set(providers)].map((federated) => ({ ...base, name: federated, caller: { federated } })),
  ];
}
