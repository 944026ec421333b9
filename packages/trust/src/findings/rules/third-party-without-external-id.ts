import { anyOf, letsIn, withoutOurExternalId } from "../example-callers.ts";
import { bindsOrganization } from "../principal-constraints.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, principalsOf } from "../statements.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html */
export const thirdPartyWithoutExternalId: Rule = {
  id: "third-party-without-external-id",
  severity: "high",
  why: "another customer of the third party could make it act on this role (confused deputy)",
  fix: "add StringEquals sts:ExternalId with an ID that the third party issues for you alone",
  *checkStatementOf(statement, role, { context, ownAccounts, knowsOwnAccount }) {
    if (!knowsOwnAccount || !allowsAssuming(statement)) return;
    if (context.organization !== undefined && bindsOrganization(statement, context.organization)) return;
    const others = new Set(
      principalsOf(statement).flatMap(({ account }) =>
        account && /^\d{12}$/.test(account) && !ownAccounts.has(account) ? [account] : [],
      ),
    );
    for (const account of others) {
      if (!letsIn(role, statement, withoutOurExternalId(anyOf(account, role, statement)))) continue;
      yield { message: `account ${account} belongs to a third party and needs no external ID` };
    }
  },
};
