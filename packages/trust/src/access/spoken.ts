import { matchesWildcard, parseArn } from "@agent-roles/iam";
import { commonPatterns } from "./common-pattern.ts";
import type { ReadTrust } from "./read-trust.ts";

/** One text that a pattern stands for. */
export function instance(pattern: string): string {
  return pattern.replaceAll(/[*?]/g, "x");
}

/** Accounts that a trust policy speaks of, and for each pattern of accounts one of them that is not one's own. */
export function spokenAccounts(trust: ReadTrust, own: ReadonlySet<string>): readonly string[] {
  const patterns = [
    ...trust.principals.map(({ name }) => partsOf(name).account),
    ...valuesOf(trust, "aws:principalarn").map((arn) => partsOf(arn).account),
    ...valuesOf(trust, "aws:principalaccount"),
  ];
  return [...new Set(patterns.flatMap((pattern) => exampleAccount(pattern, own)))];
}

/** Organizations that it speaks of, by themselves or in a path. */
export function spokenOrganizations(trust: ReadTrust): readonly string[] {
  const paths = spokenPaths(trust).map((path) => path.split("/")[0] ?? "");
  return [...new Set([...valuesOf(trust, "aws:principalorgid").map(instance), ...paths])];
}

/** Places in an organization that it speaks of, one for each pattern. */
export function spokenPaths(trust: ReadTrust): readonly string[] {
  return valuesOf(trust, "aws:principalorgpaths").map(instance);
}

/** ARNs that it or the expectation names, and one example of each pattern in each account that it may be about. */
export function spokenArns(trust: ReadTrust, from: string, accounts: readonly string[]): ReadonlySet<string> {
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
  const arns = [...patterns, ...both].flatMap((pattern) => exampleArns(pattern, accounts, trust.partition));
  return new Set(
    arns.filter((arn) => /^arn:[^:]+:(iam|sts)::\d{12}:(role|user|assumed-role|federated-user)\/./.test(arn)),
  );
}

/** The values of a key; those with a variable, which stands for many, only when asked for. */
export function valuesOf({ statements }: ReadTrust, key: string, withVariables = false): string[] {
  return statements
    .flatMap(({ clauses }) => clauses)
    .filter((clause) => clause.key === key && clause.operator !== "null")
    .flatMap(({ values }) => values)
    .filter((value) => withVariables || !value.includes("${"));
}

/** A pattern with fewer than six parts may stand for ARNs of any account. */
function partsOf(pattern: string): { partition: string; service: string; account: string; resource: string } {
  const parts = pattern.replaceAll(/\$\{[^}]*\}/g, "*").split(":");
  if (parts.length < 6) return { partition: "*", service: "iam", account: "*", resource: parts.at(-1) ?? "" };
  const [, partition = "", service = "", , account = "", ...resource] = parts;
  return { partition, service, account, resource: resource.join(":") };
}

function exampleAccount(pattern: string, own: ReadonlySet<string>): readonly string[] {
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

/** Account and name: what a role's ARN and those of its sessions have in common. */
export function identify(arn: string): string {
  const { account, resource = "" } = parseArn(arn) ?? {};
  const parts = resource.split("/");
  return parts[0] === "assumed-role" ? `${account} ${parts[1]}` : `${account} ${parts.at(-1)}`;
}
