import { mayBecome } from "../assumable-roles.ts";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user.html */
export const selfAssume: Rule = {
  id: "self-assume",
  severity: "low",
  why: "a session can renew itself for ever: whoever got hold of one stays (persistence)",
  fix: "take the role itself out of its trust policy, or narrow the account with aws:PrincipalArn to who needs it",
  *checkRole(role, index) {
    if (role.arn && mayBecome(role, role, index)) {
      yield { message: `${role.role.arn} may assume itself` };
    }
  },
};
