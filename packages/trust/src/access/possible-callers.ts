import { parseArn } from "../arn.ts";
import type { AwsCaller } from "../assume-role-request.ts";
import { readStatements } from "../statement.ts";
import type { TrustContext, TrustRole } from "../trust-model.ts";
import { knownCaller, type PossibleCaller, unknownCaller } from "./callers.ts";
import { type Clause, isNegated, readClauses } from "./clauses.ts";
import { type NamedPrincipal, readPrincipals } from "./principals.ts";

/** Whom a trust policy and an expectation speak of, beside the roles of the set. */
interface Spoken {
  readonly principals: readonly NamedPrincipal[];
  readonly clauses: readonly Clause[];
  /** What the expectation says of the caller. */
  readonly from: string;
}

/**
 * Everybody who has to be asked about, so that the answer holds for all: every role of the set; every principal, ARN,
 * account and organization that the trust policy speaks of; a stranger with a role and one with a user, each in no
 * organization, in one's own and in every one that is spoken of; an unnamed role in each account of one's own; and the
 * callers that the expectation itself names.
 *
 * @param own accounts of one's own.
 */
export function possibleCallers(
  to: TrustRole,
  from: string,
  roles: readonly TrustRole[],
  own: ReadonlySet<string>,
  context: TrustContext,
): readonly PossibleCaller[] {
  const statements = readStatements(to.trustPolicy, "trust policy", "the trust policy");
  const partition = parseArn(to.arn)?.partition ?? "aws";
  const spoken: Spoken = {
    from,
    principals: statements.flatMap(({ elements }) => readPrincipals(elements, partition)),
    clauses: statements.flatMap(({ elements, source }) => readClauses(elements["Condition"], source.version)),
  };
  const stranger = strangerAccount(own, spoken);
  const organizations = [...new Set([context.organization, ...valuesOf(spoken.clauses, "aws:principalorgid")])];
  const known = new Set(roles.map(({ arn }) => identify(arn)));
  const tags = spokenTags(spoken.clauses);
  const callers = roles.flatMap((role) =>
    sessionNames(role, spoken).map((session) => knownCaller(role, context, session)),
  );
  const add = (name: string, arn: string): void => {
    const account = parseArn(arn)?.account ?? "";
    const base: Partial<AwsCaller> = {
      ...(arn.includes(":assumed-role/") ? {} : { principalArn: arn }),
      ...(Object.keys(tags).length > 0 && { tags }),
    };
    // One's own accounts are in one's organization; where another is, nobody knows.
    const orgs = own.has(account) ? [context.organization] : [undefined, ...organizations];
    for (const orgId of new Set(orgs)) {
      const where = orgId === undefined ? "" : ` in ${orgId}`;
      callers.push(unknownCaller(`${name}${where}`, arn, orgId === undefined ? base : { ...base, orgId }));
    }
  };
  for (const arn of spokenArns(spoken, stranger, partition)) if (!known.has(identify(arn))) add(arn, arn);
  for (const account of new Set([...spokenAccounts(spoken), ...own, stranger])) {
    const whose = account === stranger ? "a stranger's" : "an unnamed";
    add(`${whose} role, account ${account}`, `arn:${partition}:iam::${account}:role/anyone`);
    add(`${whose} user, account ${account}`, `arn:${partition}:iam::${account}:user/anyone`);
  }
  return [...callers, ...otherCallers(spoken)];
}

/** An account that is neither one's own nor spoken of. */
function strangerAccount(own: ReadonlySet<string>, spoken: Spoken): string {
  const taken = new Set([...own, ...spokenAccounts(spoken)]);
  for (let number = 999_999_999_999; ; number -= 1) if (!taken.has(String(number))) return String(number);
}

function spokenAccounts({ principals, clauses }: Spoken): string[] {
  const arns = [...principals.map(({ name }) => name), ...valuesOf(clauses, "aws:principalarn")];
  const accounts = [...arns.map((arn) => parseArn(arn)?.account ?? ""), ...valuesOf(clauses, "aws:principalaccount")];
  return accounts.filter((account) => /^\d{12}$/.test(account));
}

/** ARNs that are named, and one example of each pattern in each account that it may be about. */
function spokenArns(spoken: Spoken, stranger: string, partition: string): ReadonlySet<string> {
  const accounts = [...new Set([...spokenAccounts(spoken), stranger])];
  const patterns = [
    ...spoken.principals.flatMap(({ kind, name }) => (kind === "aws" ? name : [])),
    ...valuesOf(spoken.clauses, "aws:principalarn"),
    ...(spoken.from.startsWith("arn:") ? [spoken.from] : []),
  ];
  const arns = patterns.flatMap((pattern) => {
    const [prefix, given, service, , account = "", ...resource] = pattern.split(":");
    const parts = [prefix, /[*?]/.test(given ?? "") ? partition : given, instance(service ?? ""), ""];
    const places = /[*?]/.test(account) ? accounts : [account];
    return places.map((place) => [...parts, place, instance(resource.join(":"))].join(":"));
  });
  return new Set(
    arns.filter((arn) => /^arn:[^:]+:(iam|sts)::\d{12}:(role|user|assumed-role|federated-user)\/./.test(arn)),
  );
}

/** Account and name: what a role's ARN and those of its sessions have in common. */
function identify(arn: string): string {
  const { account, resource = "" } = parseArn(arn) ?? {};
  const parts = resource.split("/");
  return parts[0] === "assumed-role" ? `${account} ${parts[1]}` : `${account} ${parts.at(-1)}`;
}

/** One text that a pattern stands for. */
function instance(pattern: string): string {
  return pattern.replaceAll(/[*?]/g, "x");
}

/** Sessions of a role that are named one by one, and any other. */
function sessionNames({ arn }: TrustRole, { principals, from }: Spoken): readonly (string | undefined)[] {
  const name = arn.slice(arn.lastIndexOf("/") + 1);
  const sessions = [...principals.map((principal) => principal.name), from].flatMap((text) => {
    const [, roleName, session] = /:assumed-role\/([^/]+)\/(.+)$/.exec(text) ?? [];
    return roleName === name && session !== undefined ? instance(session) : [];
  });
  return [...new Set([undefined, ...sessions])];
}

function otherCallers({ principals, from }: Spoken): PossibleCaller[] {
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

/** Strangers tag their principals as they like. */
function spokenTags(clauses: readonly Clause[]): Record<string, string> {
  const tags: Record<string, string> = {};
  for (const clause of clauses) {
    const key = /^aws:principaltag\/(.+)$/.exec(clause.key)?.[1];
    const value = clause.values[0];
    if (key !== undefined && value !== undefined && !isNegated(clause)) tags[key] ??= instance(value);
  }
  return tags;
}

function valuesOf(clauses: readonly Clause[], key: string): string[] {
  return clauses.filter((clause) => clause.key === key).flatMap(({ values }) => values);
}
