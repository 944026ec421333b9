import { matchesWildcard, parseArn } from "@agent-roles/iam";
import type { AwsCaller } from "../assume-role/assume-role-request.ts";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import { fillerFor } from "./caller-context.ts";
import { type Grantee, knownCaller, outsideCaller, ownAccounts, type PossibleCaller, roleKey } from "./callers.ts";
import { valuesToTry } from "./clause-values.ts";
import { instance, mentionedAccounts, mentionedArns, mentionedOrganizations, mentionedPaths } from "./mentioned.ts";
import { type ReadTrust, valuesOf } from "./read-trust.ts";

/** What is known about callers, whatever the trust policy. */
export interface CallerSet {
  /** Each role of the set. */
  readonly known: readonly PossibleCaller[];
  readonly roles: readonly TrustRole[];
  /** The {@link roleKey} of each role. */
  readonly keys: ReadonlySet<string>;
  /** Our own accounts. */
  readonly own: ReadonlySet<string>;
  readonly context: TrustContext;
}

/** Reads the roles of a set as callers. */
export function readCallers(roles: readonly TrustRole[], context: TrustContext): CallerSet {
  return {
    known: roles.map((role) => knownCaller(role, context)),
    roles,
    keys: new Set(roles.flatMap(({ arn }) => roleKey(arn) ?? [])),
    own: ownAccounts(roles, context),
    context,
  };
}

/**
 * All callers to simulate, so that the answer holds for everyone: every role of the set; every principal, ARN, account and
 * organization that the trust policy mentions; a stranger with a role and one with a user, each in no organization, in our
 * own, in every one that is mentioned and in another; an unnamed role in each of our accounts; and the callers that `from`
 * names. Those outside the set have each set of tags that can help.
 *
 * @param from only these callers: see `Expectation.from`.
 */
export function possibleCallers(trust: ReadTrust, from: string, set: CallerSet): readonly PossibleCaller[] {
  const inside = [...set.known, ...namedSessions(trust, from, set)];
  return [...inside.flatMap((caller) => placed(caller, from, trust, set)), ...outsideCallers(trust, from, set)];
}

/** Those of {@link possibleCallers} that are no roles of the set. */
export function outsideCallers(trust: ReadTrust, from: string, set: CallerSet): readonly PossibleCaller[] {
  return [
    ...outsidePrincipals(trust, from, set)
      .flatMap((caller) => placed(caller, from, trust, set))
      .flatMap((caller) => withTags(caller, trust)),
    ...servicesAndProviders(trust, from).filter(({ caller }) => isFrom(from, caller, set)),
  ];
}

function placed(possible: PossibleCaller, from: string, trust: ReadTrust, set: CallerSet): readonly PossibleCaller[] {
  return inOrganizations(possible, trust, set).filter(({ caller }) => isFrom(from, caller, set));
}

/**
 * Whether an expectation's `from` includes a caller. A token or assertion of an identity provider comes from outside;
 * AWS's services are neither outside nor inside.
 */
function isFrom(
  from: string,
  caller: PossibleCaller["caller"],
  { own, context: { organization } }: CallerSet,
): boolean {
  if (from === "*") return true;
  if ("service" in caller) return matchesWildcard(from, caller.service);
  if ("federated" in caller) return from.startsWith("outside-") || matchesWildcard(from, caller.federated);
  if (from === "outside-organization" && organization !== undefined) return caller.orgId !== organization;
  if (from.startsWith("outside-")) return !own.has(parseArn(caller.arn)?.account ?? "");
  return matchesWildcard(from, caller.principalArn ?? caller.arn) || matchesWildcard(from, caller.arn);
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
function outsidePrincipals(trust: ReadTrust, from: string, { own, keys }: CallerSet): PossibleCaller[] {
  const mentioned = mentionedAccounts(trust, own);
  const stranger = strangerAccount(own, mentioned);
  const accounts = [...new Set([...mentioned, ...own, stranger])];
  const arns = mentionedArns(trust, from, [...new Set([...mentioned, stranger, ...own])]);
  const users = new Set(valuesOf(trust, "aws:username").map(instance));
  return [
    ...[...arns].flatMap(([arn, name]) =>
      keys.has(roleKey(arn) ?? "") ? [] : outsideCaller(awsCaller(arn), { kind: "principal", name }, arn),
    ),
    ...accounts.flatMap((account) => {
      const whose = account === stranger ? "a stranger's" : "an unnamed";
      const group: Grantee = account === stranger ? { kind: "anyone", name: "*" } : { kind: "account", name: account };
      const prefix = `arn:${trust.partition}:iam::${account}:`;
      const userName = `${whose} user, account ${account}`;
      return [
        outsideCaller(awsCaller(`${prefix}role/anyone`), group, `${whose} role, account ${account}`),
        outsideCaller(awsCaller(`${prefix}user/anyone`), group, userName),
        ...[...users].map((user) => outsideCaller(awsCaller(`${prefix}user/${user}`), group, userName)),
      ];
    }),
  ];
}

function awsCaller(arn: string): AwsCaller {
  return { arn, ...(!arn.includes(":assumed-role/") && { principalArn: arn }) };
}

/** An account that is neither ours nor mentioned. */
function strangerAccount(own: ReadonlySet<string>, mentioned: readonly string[]): string {
  for (let number = 999_999_999_999; ; number -= 1) {
    const account = String(number);
    if (!own.has(account) && !mentioned.includes(account)) return account;
  }
}

/** `gitlab.com` of `gitlab.com:sub`. */
function issuerOf(key: string): string {
  return key.slice(0, key.lastIndexOf(":"));
}

function servicesAndProviders({ principals, partition, statements }: ReadTrust, from: string): PossibleCaller[] {
  const services = principals.flatMap(({ kind, name }) => (kind === "service" ? name : []));
  const providers = principals.flatMap(({ kind, name }) => (kind === "federated" ? name : []));
  if (/^[^:]+\.amazonaws\.com$/.test(from)) services.push(instance(from));
  if (/:(oidc|saml)-provider\//.test(from)) providers.push(instance(from));
  const strangers: PossibleCaller[] = [];
  if (principals.some(({ kind }) => kind === "everyone")) {
    // Everyone includes the bearer of any provider's token.
    for (const federated of ["anyone.example.com", `arn:${partition}:iam::000000000000:saml-provider/anyone`]) {
      strangers.push(outsideCaller({ federated }, { kind: "anyone", name: "*" }, "a stranger's token"));
    }
    for (const { key } of statements.flatMap(({ clauses }) => clauses)) {
      if (key.includes(".") && !providers.some((each) => each.endsWith(issuerOf(key)))) providers.push(issuerOf(key));
    }
  }
  return [
    ...strangers,
    ...[...new Set(["ec2.amazonaws.com", ...services])].map((service) =>
      outsideCaller({ service }, { kind: "service", name: service }),
    ),
    ...[...new Set(providers)].map((federated) => outsideCaller({ federated }, { kind: "federated", name: federated })),
  ];
}

/** An organization that no policy mentions. */
const ANOTHER = "o-another0000";

/**
 * A caller in each organization that it can be in: none, our own, those that the trust policy mentions, and another. Our
 * own accounts are in our own; where that is not known, they can be anywhere.
 */
function inOrganizations(possible: PossibleCaller, trust: ReadTrust, set: CallerSet): readonly PossibleCaller[] {
  const { caller, exampleOf, known } = possible;
  if (!("arn" in caller)) return [possible];
  const { own } = set;
  const { organization } = set.context;
  const isOwn = own.has(parseArn(caller.arn)?.account ?? "");
  const place = (orgId: string): readonly PossibleCaller[] =>
    pathsIn(orgId, organization, trust).map((orgPaths) => ({
      ...possible,
      name: known ? possible.name : `${possible.name} in ${orgId}`,
      caller: { ...caller, orgId, ...(orgPaths && { orgPaths }) },
      ...(exampleOf.kind === "anyone" && orgId !== ANOTHER && { exampleOf: { kind: "organization", name: orgId } }),
      ...(orgId !== organization && !isOwn && managementAccount(trust, own)),
    }));
  if (isOwn && organization !== undefined) return known ? [possible] : place(organization);
  const isAsked = trust.statements.some(({ clauses }) => clauses.some(({ key }) => key.startsWith("aws:principalorg")));
  const others = [organization, ...mentionedOrganizations(trust), isAsked ? ANOTHER : undefined];
  return [possible, ...[...new Set(others.filter((each) => each !== undefined))].flatMap(place)];
}

/** Where in our own organization a caller is, is unknown; in another it is where the policy says, and elsewhere. */
function pathsIn(orgId: string, organization: string | undefined, trust: ReadTrust): readonly AwsCaller["orgPaths"][] {
  if (orgId === organization) return [undefined];
  const mentioned = mentionedPaths(trust).filter((path) => path.startsWith(`${orgId}/`));
  return [[`${orgId}/r-another/`], ...(mentioned.length > 0 ? [mentioned] : [])];
}

const MANAGEMENT_ACCOUNT = "aws:PrincipalOrgMasterAccountId";

/** The management account of someone else's organization is none of our own accounts. */
function managementAccount(trust: ReadTrust, own: ReadonlySet<string>): Pick<PossibleCaller, "context"> | undefined {
  const values = valuesOf(trust, MANAGEMENT_ACCOUNT.toLowerCase());
  if (values.length === 0) return undefined;
  const account = values.find((each) => /^\d{12}$/.test(each) && !own.has(each)) ?? "000000000000";
  return { context: { [MANAGEMENT_ACCOUNT]: account } };
}

const TAG = "aws:principaltag/";
const TAG_VARIABLE = /\$\{\s*aws:PrincipalTag\/([^},]+)[^}]*\}/giu;

/**
 * A caller outside the set with each set of tags that can get it past a trust policy: its own account tags it as it likes.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principaltag
 */
function withTags(possible: PossibleCaller, trust: ReadTrust): readonly PossibleCaller[] {
  const { caller } = possible;
  if (!("arn" in caller)) return [possible];
  const tried = valuesToTry(trust, {
    chooses: (key) => key.startsWith(TAG),
    fillIn: fillerFor(caller, trust.role),
    onlyForTrust: true,
  }).map((values) =>
    Object.fromEntries(
      [...values].flatMap(([key, value]) => {
        const text = typeof value === "string" ? value : value?.[0];
        return text === undefined ? [] : [[key.slice(TAG.length), text]];
      }),
    ),
  );
  const compared = tagsInVariables(trust);
  if (Object.keys(compared).length > 0) tried.push(...tried.map((tags) => ({ ...compared, ...tags })));
  const different = [...new Map(tried.map((tags) => [JSON.stringify(tags), tags])).values()];
  return different.map((tags) =>
    Object.keys(tags).length > 0 ? { ...possible, caller: { ...caller, tags } } : possible,
  );
}

/** The tags of the caller that values of the policy compare with, each with a value to try. */
function tagsInVariables({ statements }: ReadTrust): Readonly<Record<string, string>> {
  const values = statements.flatMap(({ clauses }) =>
    clauses.flatMap((clause) => (clause.variables ? clause.values : [])),
  );
  const names = values.flatMap((value) => [...value.matchAll(TAG_VARIABLE)].map(([, name = ""]) => name.toLowerCase()));
  return Object.fromEntries(names.map((name) => [name, "x"]));
}
