import { ASSUME_ACTIONS } from "../../assume-role/requested-actions.ts";
import { isPresenceGuard } from "../conditions.ts";
import type { Rule } from "../rule.ts";
import { covers } from "../statements.ts";

/** Keys of a list of tags; which of them are transitive is the caller's choice. */
const TAG_LISTS: ReadonlySet<string> = new Set(["aws:tagkeys", "sts:transitivetagkeys"]);
/** AWS writes it with ForAllValues: it limits the context that a service passes for a person. */
const CONTEXT_PROVIDERS = "sts:requestcontextproviders";

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html */
export const forAllValuesAllow: Rule = {
  id: "for-all-values-allow",
  severity: "high",
  why: "ForAllValues is true when the request does not have the key at all",
  fix: 'add Null with the key and "false", so that the key has to be there',
  *checkStatement(statement) {
    if (statement.effect !== "Allow") return;
    // sts:TagSession by itself is asked for only when tags are passed.
    const asksForTags = !ASSUME_ACTIONS.some((action) => covers(statement, action));
    for (const entry of statement.conditions) {
      const { operator, qualifier, key, name, written } = entry;
      if (!operator || operator.negated || qualifier !== "ForAllValues") continue;
      if (key === CONTEXT_PROVIDERS || (asksForTags && TAG_LISTS.has(key))) continue;
      if (statement.conditions.some((other) => other.key === key && isPresenceGuard(other))) continue;
      yield {
        message: `${written} ${name} is true for a request without ${name}`,
        fix: `add "Null": {"${name}": "false"}`,
        // Beside sts:TagSession it limits the tags that can be passed; a request without tags gets no more by it.
        ...(TAG_LISTS.has(key) && covers(statement, "sts:TagSession") && { severity: "low" }),
      };
    }
  },
};
