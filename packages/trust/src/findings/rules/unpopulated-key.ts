import { COMMON_KEYS, type Condition, isUnresolved, KEPT_BY_SESSIONS, nearest, type Statement } from "@agent-roles/iam";
import { ASSUME_ACTIONS, type AssumeAction } from "../../assume-role/requested-actions.ts";
import { isDemand, isPresenceGuard } from "../conditions.ts";
import { lacksKey } from "../lacking-keys.ts";
import type { Rule } from "../rule.ts";
import { covers, principalsOf } from "../statements.ts";

const ANY_CALL = ["sts:rolesessionname", "sts:sourceidentity", "sts:transitivetagkeys"];

const OF_CALL: Readonly<Record<AssumeAction, ReadonlySet<string>>> = {
  "sts:AssumeRole": new Set([...ANY_CALL, "sts:externalid", "sts:requestcontext/", "sts:requestcontextproviders"]),
  "sts:AssumeRoleWithSAML": new Set(ANY_CALL),
  "sts:AssumeRoleWithWebIdentity": new Set([...ANY_CALL, "sts:roleauthorizedbyidp"]),
};

/** @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html */
export const unpopulatedKey: Rule = {
  id: "unpopulated-key",
  severity: "error",
  why: "the call never has this key, so the condition never holds, or always",
  fix: "use a key that the call has; the duration of a session is limited by the role's MaxSessionDuration",
  *checkStatement(statement) {
    const calls = ASSUME_ACTIONS.filter((action) => covers(statement, action));
    if (calls.length === 0) return;
    for (const condition of statement.conditions) {
      const { key, name, written, unreadable } = condition;
      if (unreadable !== undefined || isUnresolved(name)) continue;
      if (calls.some((action) => mayCarry(action, key))) {
        yield* neverMet(condition, statement, calls);
        continue;
      }
      // The same but for one or two letters.
      const meant = nearest(key, [...COMMON_KEYS.keys(), ...Object.values(OF_CALL).flatMap((keys) => [...keys])]);
      yield {
        message: `${written} ${name}: ${calls.join(", ")} never has this key`,
        ...(meant !== undefined && { fix: `did you mean ${meant}?` }),
      };
    }
  },
};

/** A condition that no call of some principals meets, because they never have its key or that of a policy variable. */
function* neverMet(
  condition: Condition,
  statement: Statement,
  calls: readonly AssumeAction[],
): Iterable<{ readonly message: string; readonly fix: string }> {
  const { key, name, written, values } = condition;
  if (statement.effect !== "Allow" || !(isDemand(condition) || isPresenceGuard(condition))) return;
  for (const principal of principalsOf(statement)) {
    const who = `${principal.type} principal "${principal.value}"`;
    const fix = "remove the condition, or give the principal a statement of its own";
    if (lacksKey(principal, key, statement)) {
      yield { message: `${written} ${name}: calls of the ${who} never have this key, so it is never let in`, fix };
      continue;
    }
    // Elsewhere a variable is literal text.
    if (statement.version !== "2012-10-17") continue;
    const variables = values.map((value) => /\$\{([^{},:]+:[^{},]+)\}/.exec(value)?.[1]);
    const hasValue = (variable: string): boolean =>
      calls.some((action) => mayCarry(action, variable)) && !lacksKey(principal, variable, statement);
    const lacking = variables.find((each) => each !== undefined && !hasValue(each.toLowerCase()));
    if (lacking === undefined || variables.some((each) => each === undefined)) continue;
    yield {
      message: `${written} ${name}: \${${lacking}} has no value in calls of the ${who}, so it is never let in`,
      fix,
    };
  }
}

/**
 * Whether a call can have a condition key.
 *
 * @param key in lower case.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html
 */
function mayCarry(action: AssumeAction, key: string): boolean {
  const slash = key.indexOf("/");
  const name =
    key.startsWith("aws:") || key.startsWith("iam:") || key.startsWith("sts:") ? key.slice(0, slash + 1) || key : key;
  if (COMMON_KEYS.has(name) || OF_CALL[action].has(name)) return true;
  const prefix = key.slice(0, key.lastIndexOf(":"));
  // Claims of a token have the provider's name as prefix, which has a dot.
  const isSaml = prefix === "saml";
  if (!isSaml && !prefix.includes(".")) return false;
  if (action === "sts:AssumeRole") return KEPT_BY_SESSIONS.has(key);
  return isSaml === (action === "sts:AssumeRoleWithSAML");
}
