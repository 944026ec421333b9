import { becomes } from "../assumable-roles.ts";
import { escalatingActions } from "../escalating-actions.ts";
import type { Rule } from "../rule.ts";

/** How many actions a message names. */
const NAMED = 4;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#grant-least-privilege */
export const escalationPath: Rule = {
  id: "escalation-path",
  severity: "high",
  why: "an agent that is given this role can get more than it was given",
  fix: "take the permission away, or bound the role with a permissions boundary that does not allow it",
  *checkRole(role, index) {
    const { master } = index;
    if (!index.targets().has(role)) return;
    for (const to of becomes(role, index)) {
      if (to === role) continue;
      if (to === master) {
        yield { message: `can become the master role ${to.role.arn}, and through it every other target role` };
      } else if (master && index.simulate(master, to).decision === "denied") {
        yield { message: `can become ${to.role.arn}, which the master itself may not assume` };
      }
    }
    const actions = escalatingActions(role);
    if (actions.length === 0) return;
    const more = actions.length > NAMED ? ` and ${actions.length - NAMED} more` : "";
    yield {
      message: `may call ${actions.slice(0, NAMED).join(", ")}${more}, and so give itself other permissions or trust`,
    };
  },
};
