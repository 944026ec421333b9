import { mayBecome } from "../assumable-roles.ts";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user.html */
export const selfAssume: Rule = {
  id: "self-assume",
  severity: "low",
  why: "a session can renew itself without end (persistence)",
  fix: "remove the role from its own trust policy, or restrict the account principal with an aws:PrincipalArn condition",
  *checkRole(role, index) {
    if (role.arn && mayBecome(role, role, index)) {
      yield { message: `${role.role.arn} can assume itself` };
    }
  },
};
