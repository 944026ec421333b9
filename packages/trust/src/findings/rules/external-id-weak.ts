import { isUnresolved, memoize } from "@agent-roles/iam";
import { isDemand } from "../conditions.ts";
import type { IndexedRole } from "../indexed-role.ts";
import type { RoleIndex } from "../role-index.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, principalsOf } from "../statements.ts";

/** Shorter IDs can be tried out; a random word of eight characters cannot. */
const SHORTEST = 8;
/** What is left of an ID without the names that anybody knows has to be this long. */
const SHORTEST_SECRET = 6;
const USUAL =
  /^(?:external-?id|changeme|password|secret|example|test|default|unique-?id|abc|abcdefgh|0?12345678?9?0?)$/i;

/**
 * The ID itself is not shown: a log is the wrong place to learn it from.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html
 */
export const externalIdWeak: Rule = {
  id: "external-id-weak",
  severity: "medium",
  why: "an external ID that can be guessed, or that several parties know, protects nothing",
  fix: "use one random external ID for each third party, such as a UUID, with StringEquals",
  *checkStatementOf(statement, role, index) {
    // The ID that a service passes is documented: Firehose passes the account's.
    if (!allowsAssuming(statement) || principalsOf(statement).every(({ type }) => type === "Service")) return;
    for (const entry of statement.conditions) {
      if (entry.key !== "sts:externalid" || !isDemand(entry)) continue;
      for (const value of entry.values) {
        const weakness = isUnresolved(value)
          ? undefined
          : weaknessOf(value, entry.operator?.wildcards === true, role, index);
        if (weakness !== undefined) yield { message: `the external ID ${weakness}` };
      }
    }
  },
};

function weaknessOf(value: string, wildcards: boolean, role: IndexedRole, index: RoleIndex): string | undefined {
  if (wildcards && /[*?]/.test(value)) return "has a wildcard, so that more than one ID passes";
  if (value.length < SHORTEST) return `has ${value.length} characters; fewer than ${SHORTEST} can be tried out`;
  if (/^\d{12}$/.test(value)) return "is an account ID, which is not secret";
  if (USUAL.test(value)) return "is a common one";
  const guessable = [role.arn?.account, role.name, ...index.ownAccounts, ...(index.context.guessableNames ?? [])];
  let rest = value.toLowerCase();
  for (const name of guessable) if (name) rest = rest.replaceAll(name.toLowerCase(), "");
  if (rest.length < value.length && rest.replaceAll(/[^a-z0-9]/g, "").length < SHORTEST_SECRET) {
    return "is made of names that are easy to guess: an account ID, the role or the company";
  }
  const parties = partiesOf(index).get(value);
  if (parties && parties.size > 1)
    return `is shared by several parties: accounts ${[...parties].toSorted().join(", ")}`;
  return undefined;
}

/** Accounts of others that ask with an external ID, by the ID. */
const partiesOf = memoize(({ roles, ownAccounts }: RoleIndex): ReadonlyMap<string, ReadonlySet<string>> => {
  const parties = new Map<string, Set<string>>();
  for (const statement of roles.flatMap(({ trust }) => trust).filter(allowsAssuming)) {
    const others = principalsOf(statement).flatMap(({ account }) =>
      account && !ownAccounts.has(account) ? [account] : [],
    );
    for (const { key, values } of statement.conditions) {
      if (key !== "sts:externalid") continue;
      for (const value of values) parties.set(value, new Set([...(parties.get(value) ?? []), ...others]));
    }
  }
  return parties;
});
