import { isUnresolved, type Principal } from "@agent-roles/iam";
import { ASSUME_ACTIONS, type AssumeAction, federatedAction } from "../../assume-role/requested-actions.ts";
import type { Rule } from "../rule.ts";
import { covers, principalsOf } from "../statements.ts";

/** @see https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html */
export const actionPrincipalMismatch: Rule = {
  id: "action-principal-mismatch",
  severity: "error",
  why: "this kind of principal never makes this call",
  fix: "AWS and Service principals call sts:AssumeRole, OIDC providers sts:AssumeRoleWithWebIdentity, SAML providers sts:AssumeRoleWithSAML",
  *checkStatement(statement) {
    const principals = principalsOf(statement);
    const { effect, action: element } = statement;
    if (effect !== "Allow" || !element || element.negated || principals.length === 0) return;
    const actions = element.values;
    for (const principal of principals) {
      const call = callOf(principal);
      if (call === undefined || !ASSUME_ACTIONS.some((action) => covers(statement, action))) continue;
      if (covers(statement, call)) continue;
      yield {
        message: `${principal.type} "${principal.value}" with ${actions.join(", ")}: it can only call ${call}`,
        fix: `write ${call}`,
      };
    }
    const calls = principals.map(callOf);
    if (calls.includes(undefined)) return;
    for (const action of actions) {
      const named = ASSUME_ACTIONS.find((known) => known.toLowerCase() === action.toLowerCase());
      if (named === undefined || calls.includes(named) || !calls.some((call) => call && covers(statement, call)))
        continue;
      yield {
        message: `Action "${action}": none of the statement's principals can call it`,
        fix: `remove "${action}"`,
      };
    }
  },
};

/** The call that such a principal makes; `undefined` when that is unknown. */
function callOf({ type, value, arn }: Principal): AssumeAction | undefined {
  if (isUnresolved(arn?.resource ?? value)) return undefined;
  if (type === "AWS") return value === "*" ? undefined : "sts:AssumeRole";
  if (type === "Service") return "sts:AssumeRole";
  if (type !== "Federated") return undefined;
  return federatedAction(value);
}
