import { demands } from "../conditions.ts";
import { letsIn, membersOf, withoutOurExternalId } from "../example-callers.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, principalsOf } from "../statements.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html#principal-accounts */
export const accountPrincipalUnscoped: Rule = {
  id: "account-principal-unscoped",
  severity: "medium",
  why: "every principal of the account that has a permission for it can assume the role",
  fix: "add ArnEquals aws:PrincipalArn with the ARN of the role that must assume it",
  *checkStatementOf(statement, role, { ownAccounts, master }) {
    // Most statements name the ARN: those need no example.
    if (!allowsAssuming(statement) || demands(statement, ["aws:principalarn"], (value) => !/[*?$]/.test(value))) return;
    for (const { wholeAccount, account, value } of principalsOf(statement)) {
      if (!wholeAccount) continue;
      const members = membersOf(account, role, statement);
      // AWS's own form for a third party is its account and an external ID.
      const isThirdParty = account !== undefined && !ownAccounts.has(account);
      if (!letsIn(role, statement, isThirdParty ? withoutOurExternalId(members) : members)) continue;
      // A value that is not known can be an account ID; the pseudo parameter is one.
      const verb = /^\$\{(?!AWS\.AccountId\})[^}]*\}$/.test(value) ? "can be" : "is";
      const message = `principal "${value}" ${verb} a whole account, and no condition narrows it to an ARN`;
      const inManifest = `; in agent-roles.yaml, write "- principal: <that ARN>" instead of "- account: ${account}" in master.trustedBy`;
      yield {
        message,
        fix: accountPrincipalUnscoped.fix + (role === master && account !== undefined ? inManifest : ""),
      };
    }
  },
};
