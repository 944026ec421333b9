import { type Arn, matchesWildcard, parseArn } from "@agent-roles/iam";
import { commonPatterns } from "./common-pattern.ts";
import { type ReadTrust, valuesOf } from "./read-trust.ts";

/** One text that a pattern matches. */
export function instance(pattern: string): string {
  return pattern.replaceAll(/[*?]/g, "x");
}

/** Accounts that a trust policy mentions, and for each pattern of accounts one that is not ours. */
export function mentionedAccounts(trust: ReadTrust, own: ReadonlySet<string>): readonly string[] {
  const patterns = [
    ...trust.principals.map(({ name }) => partsOf(name).account),
    ...valuesOf(trust, "aws:principalarn").map((arn) => partsOf(arn).account),
    ...valuesOf(trust, "aws:principalaccount"),
  ];
  return [...new Set(patterns.flatMap((pattern) => exampleAccount(pattern, own)))];
}

/** Organizations that it mentions, by themselves or in a path. */
export function mentionedOrganizations(trust: ReadTrust): readonly string[] {
  const paths = mentionedPaths(trust).map((path) => path.split("/")[0] ?? "");
  return [...new Set([...valuesOf(trust, "aws:principalorgid").map(instance), ...paths])];
}

/** Places in an organization that it mentions, one for each pattern. */
export function mentionedPaths(trust: ReadTrust): readonly string[] {
  return valuesOf(trust, "aws:principalorgpaths").map(instance);
}

/** ARNs that it or the expectation names, and one example of each pattern in each account that it can be about; by example. */
export function mentionedArns(
  trust: ReadTrust,
  from: string,
  accounts: readonly string[],
): ReadonlyMap<string, string> {
  const patterns = [
    ...trust.principals.flatMap(({ kind, name }) => (kind === "aws" ? name : [])),
    ...valuesOf(trust, "aws:principalarn", true),
    ...(from.startsWith("arn:") ? [from] : []),
  ];
  const both = commonPatterns(
    trust.statements.flatMap(({ clauses }) =>
      clauses.flatMap(({ key, values }) =>
        key === "aws:principalarn" ? [values.filter((value) => !value.includes("${"))] : [],
      ),
    ),
  );
  const examples = [...patterns, ...both].flatMap((pattern) =>
    exampleArns(pattern, accounts, trust.partition).map((arn) => [arn, pattern] as const),
  );
  const isCaller = /^arn:[^:]+:(iam|sts)::\d{12}:(role|user|assumed-role|federated-user)\/./;
  return new Map(examples.filter(([arn]) => isCaller.test(arn)));
}

/** The parts of a pattern of ARNs; one with fewer than six can match ARNs of any account. */
function partsOf(pattern: string): Pick<Arn, "partition" | "service" | "account" | "resource"> {
  const open = pattern.replaceAll(/\$\{[^}]*\}/g, "*");
  const resource = open.slice(open.lastIndexOf(":") + 1);
  return parseArn(open) ?? { partition: "*", service: "iam", account: "*", resource };
}

/** An account that a pattern of accounts matches, other than those of `own`; none for a pattern without a digit. */
export function exampleAccount(pattern: string, own: ReadonlySet<string> = new Set()): readonly string[] {
  if (/^\d{12}$/.test(pattern)) return [pattern];
  if (!/^[\d*?]*\d[\d*?]*$/.test(pattern)) return [];
  const missing = 12 - pattern.replaceAll("*", "").length;
  if (missing < 0 || (missing > 0 && !pattern.includes("*"))) return [];
  const examples = "9876543210"
    .split("")
    .map((digit) => pattern.replace("*", digit.repeat(missing)).replaceAll("*", "").replaceAll("?", digit));
  return examples.filter((account) => !own.has(account)).slice(0, 1);
}

function exampleArns(pattern: string, accounts: readonly string[], ownPartition: string): readonly string[] {
  const { partition, service, account, resource } = partsOf(pattern);
  if (!pattern.startsWith("arn:") && !/[*?]/.test(pattern)) return [];
  const kind = /^(role|user|assumed-role|federated-user)\//.exec(resource)?.[1];
  const resources = kind === undefined && /[*?]/.test(resource) ? [`role/${resource}`, `user/${resource}`] : [resource];
  const prefix = `arn:${/[*?]/.test(partition) ? ownPartition : partition}:${instance(service)}::`;
  const places = /[*?]/.test(account) ? accounts.filter((each) => matchesWildcard(account, each)) : [account];
  return places.flatMap((place) => resources.map((each) => `${prefix}${place}:${instance(each)}`));
}
