import { demands } from "../conditions.ts";
import { namesResource } from "../principal-constraints.ts";
import type { Rule } from "../rule.ts";
import { allowsAssuming, covers, trustsService } from "../statements.ts";

/** @see https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html */
export const rolesAnywhereActions: Rule = {
  id: "roles-anywhere-actions",
  severity: "error",
  why: "Roles Anywhere needs all three actions, and accepts certificates of every trust anchor unless one is required",
  fix: "allow sts:AssumeRole, sts:TagSession and sts:SetSourceIdentity, with ArnEquals aws:SourceArn = the trust anchor",
  *checkRole({ trust }) {
    const own = trust.filter(
      (statement) => statement.effect === "Allow" && trustsService(statement, "rolesanywhere.amazonaws.com"),
    );
    const assuming = own.filter(allowsAssuming);
    const [first] = assuming;
    if (!first) return;
    for (const action of ["sts:TagSession", "sts:SetSourceIdentity"]) {
      if (own.some((statement) => covers(statement, action))) continue;
      yield {
        statement: first.label,
        message: `rolesanywhere.amazonaws.com is not allowed ${action}, which all its calls need`,
        fix: `add ${action} to Action`,
      };
    }
    for (const statement of assuming) {
      if (demands(statement, ["aws:sourcearn"], namesResource)) continue;
      yield {
        statement: statement.label,
        message: "no aws:SourceArn requires a trust anchor: certificates of every trust anchor of the account pass",
        fix: 'add "ArnEquals": {"aws:SourceArn": "arn:aws:rolesanywhere:<region>:<account>:trust-anchor/<id>"}',
      };
    }
  },
};
