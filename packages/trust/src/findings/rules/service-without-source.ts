import { isUnresolved } from "@agent-roles/iam";
import { demands } from "../conditions.ts";
import { letsIn, servicesForStrangers } from "../example-callers.ts";
import type { Rule } from "../rule.ts";
import { passesExternalId, sendsSource } from "../services.ts";
import { allowsAssuming, principalsOf } from "../statements.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html#cross-service-confused-deputy-prevention */
export const serviceWithoutSource: Rule = {
  id: "service-without-source",
  severity: "medium",
  why: "the service also acts for other customers, who could make it use this role (confused deputy)",
  fix: "add StringEquals aws:SourceAccount with the account, or ArnLike aws:SourceArn with the ARN of the resource, account included",
  *checkStatementOf(statement, role, { ownAccounts }) {
    if (!allowsAssuming(statement)) return;
    const bindsAccount = demands(statement, ["sts:externalid"], (id) => ownAccounts.has(id));
    for (const { type, value } of principalsOf(statement)) {
      const sends = type === "Service" && value !== "*" && !isUnresolved(value) ? sendsSource(value) : false;
      if (bindsAccount && passesExternalId(value)) continue;
      if (sends === false || !letsIn(role, statement, servicesForStrangers(role, statement, value))) continue;
      const open = "no condition keeps the resources of other accounts out";
      yield sends
        ? { message: `${value} sends aws:SourceArn or aws:SourceAccount, and ${open}` }
        : { message: `AWS does not document whether ${value} sends aws:SourceArn; ${open}`, severity: "low" };
    }
  },
};
