import { isUnresolved } from "@agent-roles/iam";
import { ASSUME_ACTIONS } from "../../requested-actions.ts";
import { mayCarry, nearestKey } from "../populated-keys.ts";
import type { Rule } from "../rule.ts";
import { covers } from "../statements.ts";

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html */
export const unpopulatedKey: Rule = {
  id: "unpopulated-key",
  severity: "error",
  why: "the call never has this key, so the condition never holds, or always",
  fix: "use a key that the call has; the duration of a session is limited by the role's MaxSessionDuration",
  *checkStatement(statement) {
    const calls = ASSUME_ACTIONS.filter((action) => covers(statement, action));
    if (calls.length === 0) return;
    for (const { key, name, written } of statement.conditions) {
      if (isUnresolved(name) || calls.some((action) => mayCarry(action, key))) continue;
      const meant = nearestKey(key);
      yield {
        message: `${written} ${name}: ${calls.join(", ")} never has this key`,
        ...(meant !== undefined && { fix: `was ${meant} meant?` }),
      };
    }
  },
};
