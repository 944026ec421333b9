import { accountOf, type Condition, type Statement } from "@agent-roles/iam";
import { isDemand } from "../conditions.ts";
import { anyOf, letsIn } from "../example-callers.ts";
import { bindsOrganization } from "../principal-constraints.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, isEveryone, principalsOf } from "../statements.ts";

/** Keys that say who is let in where the principal does not: everyone, or a service that acts for others. */
const ACCOUNT_KEYS = ["aws:principalaccount", "aws:sourceaccount"];
const ARN_KEYS = ["aws:principalarn", "aws:sourcearn"];
const MANAGEMENT_ACCOUNT_KEYS = ["aws:principalorgmasteraccountid"];
const ORGANIZATION_KEYS = ["aws:principalorgid", "aws:principalorgpaths", "aws:sourceorgid", "aws:sourceorgpaths"];

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html */
export const unknownAccount: Rule = {
  id: "unknown-account",
  severity: "high",
  why: "an account or organization that is neither ours nor allow-listed can assume the role",
  fix: "remove the account, or list it under trust.accounts (ours) or trust.allowedAccounts (third parties)",
  *checkStatementOf(statement, role, { context, ownAccounts, allowedAccounts, knowsOwnAccount }) {
    const { organization } = context;
    if (!allowsAssuming(statement) || !knowsOwnAccount) return;
    if (organization !== undefined && bindsOrganization(statement, organization)) return;
    const isKnown = (account: string): boolean => ownAccounts.has(account) || allowedAccounts.has(account);
    const accounts = trustedAccounts(statement);
    for (const account of accounts) {
      if (isKnown(account) || !letsIn(role, statement, anyOf(account, role, statement))) continue;
      yield { message: `account ${account} is neither ours nor allowed` };
    }
    // Where accounts are named, those decide.
    if (accounts.size > 0) return;
    for (const account of admitted(statement, MANAGEMENT_ACCOUNT_KEYS, accountOf)) {
      if (isKnown(account)) continue;
      yield {
        message: `the organization of account ${account}, which is neither ours nor allowed`,
      };
    }
    for (const other of admitted(statement, ORGANIZATION_KEYS, organizationOf)) {
      if (organization === undefined || other === organization) continue;
      const fix = `write ours, ${organization}, or require aws:PrincipalAccount as well, with accounts of trust.allowedAccounts`;
      yield { message: `organization ${other} is not ours, ${organization}`, fix };
    }
  },
};

/** Those that principals name; for everyone and for services, those that conditions let in. */
function trustedAccounts(statement: Statement): ReadonlySet<string> {
  return new Set([
    ...principalsOf(statement).flatMap(({ account }) => accountOf(account) ?? []),
    ...admitted(statement, ACCOUNT_KEYS, accountOf),
    ...admitted(statement, ARN_KEYS, accountOf),
  ]);
}

/** What the values of some keys name, where the principal does not say who calls or for which account. */
function admitted(
  statement: Statement,
  keys: readonly string[],
  read: (value: string) => string | undefined,
): ReadonlySet<string> {
  const open = principalsOf(statement).some((principal) => isEveryone(principal) || principal.type === "Service");
  const demanded = (entry: Condition): boolean => keys.includes(entry.key) && isDemand(entry);
  const values = open ? statement.conditions.filter(demanded).flatMap((entry) => entry.values) : [];
  return new Set(values.flatMap((value) => read(value) ?? []));
}

function organizationOf(value: string): string | undefined {
  return /^o-[a-z0-9]{10,32}(?=$|[/*])/.exec(value)?.[0];
}
