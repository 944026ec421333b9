import {
  type ActionRequest,
  type CallerIdentity,
  type Decision,
  evaluateAction,
  isRecord,
  lookUp,
  parseArn,
  quote,
  readCaller,
  readPolicySet,
  type Reason,
  sortReasons,
} from "@agent-roles/iam";
import type { AssumeRoleAnswer, AssumeRoleRequest } from "./assume-role-request.ts";
import { buildContext, inheritedTags, overriddenTag } from "./build-context.ts";
import { readAction, requestedActions, usualAction } from "./requested-actions.ts";

/**
 * Decides one AssumeRole call the way AWS does, from the policies alone.
 *
 * @returns `allowed`, `denied`, or `uncertain` when the request leaves out something that decides it or AWS's own pages
 *   disagree; always with reasons, the deciding ones first. Never throws on malformed policies: they are a reason too.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function evaluateAssumeRole(input: AssumeRoleRequest): AssumeRoleAnswer {
  const misshapen = findMisshapen(input);
  if (misshapen !== undefined) return refuse("denied", "sts:AssumeRole", `${misshapen} is not an object`);
  const { request = {} } = input;
  const caller = readCaller(input.caller);
  const role = parseArn(input.role.arn);
  const asked = typeof request.action === "string" ? request.action : "sts:AssumeRole";
  if (typeof caller === "string") return refuse("denied", asked, caller);
  if (role?.service !== "iam" || !role.resource.startsWith("role/")) {
    return refuse("denied", asked, `role.arn ${quote(input.role.arn)} is not the ARN of a role`);
  }
  const assume = request.action === undefined ? usualAction(caller) : readAction(request.action);
  if (!assume) return refuse("uncertain", asked, `${quote(request.action)} is not an action that is known here`);
  if (assume !== usualAction(caller)) {
    return refuse("denied", assume, `${describe(caller)} cannot call ${assume}; it calls ${usualAction(caller)}`);
  }
  if (caller.type === "root") return refuse("denied", assume, "the root user of an account cannot assume roles");
  if ("arn" in caller && caller.arn.partition !== role.partition) {
    const partitions = `${caller.arn.partition} and ${role.partition}`;
    return refuse("denied", assume, `caller and role are in different partitions, ${partitions}`);
  }

  const context = buildContext(input, caller, role);
  const inherited = lookUp(context, "aws:SourceIdentity");
  const { sourceIdentity } = request;
  if (inherited.state === "present" && sourceIdentity !== undefined && inherited.values[0] !== sourceIdentity) {
    return refuse("denied", "sts:SetSourceIdentity", "a source identity cannot change along a chain of roles");
  }
  const overridden = overriddenTag(input);
  if (overridden !== undefined) {
    const message = `the session tag ${quote(overridden)} is inherited along the chain of roles and cannot be passed again`;
    return refuse("denied", "sts:TagSession", message);
  }
  const { trustPolicy, rcps } = input.role;
  const own = "arn" in input.caller ? input.caller : {};
  const policies = readPolicySet({ ...own, trustPolicy, ...(rcps !== undefined && { rcps }) }, caller, role.text);
  const resources: ActionRequest["resources"] = new Map();
  const call = { caller, resource: role.text, resourceAccount: role.account, context, resources };
  const carried = { tags: inheritedTags(input).size > 0, sourceIdentity: inherited.state === "present" };
  const decided = requestedActions(assume, request, carried).map((action) =>
    evaluateAction({ ...call, action }, policies),
  );
  const decision = strictest([
    ...decided.map((each) => each.decision),
    ...(caller.type === "federated-user" ? ["uncertain" as const] : []),
  ]);
  const reasons = decided.flatMap((each) => each.reasons);
  if (caller.type === "federated-user") reasons.push(federatedUser(assume));
  return sortReasons({ decision, reasons });
}

/** The first part of an unchecked request that is not an object. */
function findMisshapen(input: AssumeRoleRequest): string | undefined {
  if (!isRecord(input)) return "the whole request";
  if (!isRecord(input.caller)) return "caller";
  if (!isRecord(input.role)) return "role";
  return input.request === undefined || isRecord(input.request) ? undefined : "request";
}

function refuse(decision: Decision, action: string, message: string): AssumeRoleAnswer {
  return { decision, reasons: [{ effect: decision, action, policy: "request", message }] };
}

function federatedUser(action: string): Reason {
  const message =
    "AWS's pages disagree: a federated user can be a Principal, but credentials of GetFederationToken can call only GetCallerIdentity in STS";
  return { effect: "uncertain", action, policy: "request", message };
}

function strictest(decisions: readonly Decision[]): Decision {
  if (decisions.includes("denied")) return "denied";
  return decisions.includes("uncertain") ? "uncertain" : "allowed";
}

function describe(caller: CallerIdentity): string {
  if (caller.type === "federated") return `a ${caller.protocol} identity`;
  return caller.type === "service" ? "a service" : "an AWS principal";
}
