import { becomes } from "../assumable-roles.ts";
import { escalationPathsOf } from "../escalating-actions.ts";
import type { Rule } from "../rule.ts";

/** How many paths a message names. */
const NAMED = 4;

/** Without a master, no role is known to be a target: all are checked. */
export const escalationPath: Rule = {
  id: "escalation-path",
  severity: "high",
  why: "privilege escalation: a session of this role can get permissions that the role does not have",
  fix: "remove the permission, limit iam:PassRole to the roles that are needed, or attach a permissions boundary that does not allow it",
  *checkRole(role, index) {
    const { master } = index;
    if (index.masterKey !== undefined && !index.targets().has(role)) return;
    for (const to of master ? becomes(role, index) : []) {
      if (to === role) continue;
      if (to === master) {
        yield { message: `can assume the master role ${to.role.arn}, and through it every other target role` };
      } else if (master && index.simulate(master, to).decision === "denied") {
        yield { message: `can assume ${to.role.arn}, which the master itself cannot assume` };
      }
    }
    const paths = escalationPathsOf(role, (arn) => {
      const passed = arn === role.role.arn ? undefined : index.byArn.get(arn);
      return passed !== undefined && escalationPathsOf(passed, () => false).length > 0;
    });
    const [first] = paths;
    if (!first) return;
    const more = paths.length > NAMED ? ` and ${paths.length - NAMED} more` : "";
    const named = paths.slice(0, NAMED).map(({ text }) => text);
    yield { message: `can call ${named.join(", ")}${more}: privilege escalation (${first.source})` };
  },
};
