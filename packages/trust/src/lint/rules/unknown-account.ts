import { parseArn } from "../../arn.ts";
import { isDemand } from "../condition-entries.ts";
import { allowsAssuming, type LintStatement } from "../lint-statement.ts";
import { isEverybody } from "../principals.ts";
import type { Rule } from "../rule.ts";
import { bindsOrganization } from "../who-is-bound.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-concepts.html */
export const unknownAccount: Rule = {
  id: "unknown-account",
  severity: "high",
  why: "an account that is neither one's own nor allow-listed may assume the role",
  fix: "remove the account, or list it under trust.accounts (one's own) or trust.allowedAccounts (others)",
  *checkStatement(statement, _role, { context, ownAccounts, allowedAccounts }) {
    if (!allowsAssuming(statement)) return;
    if (context.organization !== undefined && bindsOrganization(statement, context.organization)) return;
    for (const account of trustedAccounts(statement)) {
      if (ownAccounts.has(account) || allowedAccounts.has(account)) continue;
      yield { message: `account ${account} is neither among one's own nor among the allowed ones` };
    }
  },
};

/** Those that principals name; for everybody, those that conditions let in. */
function trustedAccounts(statement: LintStatement): ReadonlySet<string> {
  const named = statement.principals.flatMap(({ account }) => account ?? []);
  const admitted = statement.principals.some(isEverybody)
    ? statement.conditions.filter(isDemand).flatMap(({ key, values }) => {
        if (key === "aws:principalaccount") return values;
        return key === "aws:principalarn" ? values.flatMap((value) => parseArn(value)?.account ?? []) : [];
      })
    : [];
  return new Set([...named, ...admitted].filter((account) => /^\d{12}$/.test(account)));
}
