import { demands } from "../conditions.ts";
import type { Rule } from "../rule.ts";
import { covers, resourcesOf } from "../statements.ts";

const BINDS_TARGET = ["aws:resourceorgid", "aws:resourceorgpaths", "aws:resourceaccount"];

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_permissions-to-switch.html */
export const masterPermissionStar: Rule = {
  id: "master-permission-star",
  severity: "high",
  why: "the master can assume every role that trusts its account, also those meant for others",
  fix: "name a role path, arn:aws:iam::<account>:role/agent-roles/*, or add aws:ResourceOrgID to a pattern over all accounts",
  *checkRole(role, { master }) {
    if (role !== master) return;
    for (const arn of role.role.managedPolicyArns) {
      if (!/:policy\/(?:AdministratorAccess|PowerUserAccess)$/.test(arn)) continue;
      yield { message: `${arn} lets the master assume every role that trusts its account` };
    }
    for (const statement of role.identity) {
      if (statement.effect !== "Allow" || !covers(statement, "sts:AssumeRole")) continue;
      if (demands(statement, BINDS_TARGET)) continue;
      for (const pattern of resourcesOf(statement)) {
        if (!isOpen(pattern)) continue;
        yield { message: `the ${statement.kind}, statement ${statement.label}: sts:AssumeRole on "${pattern}"` };
      }
    }
  },
};

/** Any role of any account: only wildcards in place of account and name. */
function isOpen(pattern: string): boolean {
  return /^[*?]+$/.test(pattern) || /^arn:[^:]+:(?:iam|\*):[^:]*:\*(?::(?:role\/?)?[*?/]*)?$/.test(pattern);
}
