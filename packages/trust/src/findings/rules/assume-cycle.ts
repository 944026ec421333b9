import { findCycles } from "../cycles.ts";
import type { Rule } from "../rule.ts";

/** How many roles of a cycle a message names. */
const NAMED = 5;

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining */
export const assumeCycle: Rule = {
  id: "assume-cycle",
  severity: "low",
  why: "roles that can assume each other can renew their sessions without end (persistence)",
  fix: "remove the trust in one direction",
  *checkSet(index) {
    for (const cycle of findCycles(index)) {
      const arns = cycle.map(({ role }) => role.arn);
      const more = arns.length > NAMED ? ` and ${arns.length - NAMED} more` : "";
      const [first] = cycle;
      if (!first) continue;
      yield {
        role: first.role.arn,
        location: first.role.location,
        message: `can assume itself again through other roles: ${arns.slice(0, NAMED).join(" and ")}${more} can all assume each other`,
      };
    }
  },
};
