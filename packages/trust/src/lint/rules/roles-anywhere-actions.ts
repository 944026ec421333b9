import { allowsAssuming, covers, demands } from "../lint-statement.ts";
import type { LintStatement } from "../lint-statement.ts";
import type { Rule } from "../rule.ts";
import { namesResource } from "../who-is-bound.ts";

/** @see https://docs.aws.amazon.com/rolesanywhere/latest/userguide/trust-model.html */
export const rolesAnywhereActions: Rule = {
  id: "roles-anywhere-actions",
  severity: "error",
  why: "Roles Anywhere needs all three actions, and takes certificates of every trust anchor unless one is pinned",
  fix: "allow sts:AssumeRole, sts:TagSession and sts:SetSourceIdentity, with ArnEquals aws:SourceArn = the trust anchor",
  *checkRole({ trust }) {
    const own = trust.filter((statement) => statement.effect === "Allow" && trustsRolesAnywhere(statement));
    const assuming = own.filter(allowsAssuming);
    const [first] = assuming;
    if (!first) return;
    for (const action of ["sts:TagSession", "sts:SetSourceIdentity"]) {
      if (own.some((statement) => covers(statement, action))) continue;
      yield {
        statement: first.label,
        message: `rolesanywhere.amazonaws.com is not allowed ${action}, which its every call needs`,
        fix: `add ${action} to Action`,
      };
    }
    for (const statement of assuming) {
      if (demands(statement, new Set(["aws:sourcearn"]), namesResource)) continue;
      yield {
        statement: statement.label,
        message: "no aws:SourceArn pins the trust anchor: certificates of every trust anchor of the account pass",
        fix: 'add "ArnEquals": {"aws:SourceArn": "arn:aws:rolesanywhere:<region>:<account>:trust-anchor/<id>"}',
      };
    }
  },
};

function trustsRolesAnywhere({ principals }: LintStatement): boolean {
  return principals.some(({ type, value }) => type === "Service" && value === "rolesanywhere.amazonaws.com");
}
