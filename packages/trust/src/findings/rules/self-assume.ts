import { mayBecome } from "../assumable-roles.ts";
import type { Rule } from "../rule.ts";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-user.html */
export const selfAssume: Rule = {
  id: "self-assume",
  severity: "low",
  why: "a session can renew itself without end (persistence)",
  fix: "remove the role from its own trust policy, or restrict the account principal with an aws:PrincipalArn condition",
  *checkRole(role, index) {
    const { everybody, roles } = index.trustedBy(role);
    // Where everyone can assume the role, so can the role: what is wrong with that is for other rules.
    const isMeant = !everybody || roles.has(role.key ?? "") || index.reach(role).includes(role.role.arn);
    if (role.arn && isMeant && mayBecome(role, role, index)) {
      yield { message: `${role.role.arn} can assume itself` };
    }
  },
};
