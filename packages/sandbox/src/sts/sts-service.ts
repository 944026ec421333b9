import type { Reason } from "@agent-roles/iam";
import { setTimeout as delay } from "node:timers/promises";
import { assumeRole } from "./assume-role.ts";
import { assumeRoleWithWebIdentity } from "./assume-role-with-web-identity.ts";
import type { CallLog } from "./call-log.ts";
import { type Caller, callerAccount, callerArn } from "./caller.ts";
import type { FaultInjector } from "./faults.ts";
import { getScopedCredentials } from "./get-scoped-credentials.ts";
import type { AssumeContext, AssumeOutcome } from "./issue-session.ts";
import { failure, type StsAnswer, type StsFailure } from "./sts-answer.ts";

export interface StsContext extends Omit<AssumeContext, "conditionKeys" | "lifetimeSeconds" | "newRoleDelaySeconds"> {
  readonly faults: FaultInjector;
  readonly calls: CallLog;
}

/** One STS call with its caller, or the authentication error. */
export interface StsRequest {
  readonly caller: Caller | StsFailure;
  readonly form: URLSearchParams;
  readonly conditionKeys: Readonly<Record<string, string>>;
  /** The Region that the request was signed for. */
  readonly region: string;
}

/** The actions that are not signed. */
export const UNSIGNED_ACTIONS: ReadonlySet<string> = new Set(["AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"]);

/** Answers an STS call, applies the current faults, and logs the call. */
export async function answerSts(request: StsRequest, context: StsContext): Promise<StsAnswer> {
  const at = context.now();
  const { answer, reasons } = await outcomeOf(request, context);
  log(request, answer, reasons, at, context.calls);
  return answer;
}

async function outcomeOf(request: StsRequest, context: StsContext): Promise<AssumeOutcome> {
  const { caller, form, conditionKeys } = request;
  const action = form.get("Action") ?? "";
  if ("code" in caller && !UNSIGNED_ACTIONS.has(action)) return { answer: caller };
  if (action === "GetCallerIdentity" && "kind" in caller) return { answer: getCallerIdentity(caller) };
  if (action === "GetScopedCredentials" && "kind" in caller) {
    return { answer: await getScopedCredentials(caller, form, { ...context, conditionKeys, region: request.region }) };
  }
  if (action !== "AssumeRole" && action !== "AssumeRoleWithWebIdentity") {
    const text = `The sandbox supports AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity and GetScopedCredentials, not ${action}`;
    return { answer: failure(400, "InvalidAction", text) };
  }
  const fault = context.faults.next(form.get("RoleArn")?.split("/").at(-1));
  if (fault.latencyMs > 0) await delay(fault.latencyMs);
  if (fault.answer) return { answer: fault.answer };
  const assume = {
    ...context,
    conditionKeys,
    lifetimeSeconds: fault.lifetimeSeconds,
    newRoleDelaySeconds: fault.newRoleDelaySeconds,
  };
  return action === "AssumeRole" && "kind" in caller
    ? assumeRole(caller, form, assume)
    : assumeRoleWithWebIdentity(form, assume);
}

/** Every caller is allowed to ask who it is. */
function getCallerIdentity(caller: Caller): StsAnswer {
  const userId = caller.kind === "user" ? caller.user.userId : caller.session.userId;
  return {
    action: "GetCallerIdentity",
    result: { UserId: userId, Account: callerAccount(caller), Arn: callerArn(caller) },
  };
}

function log(
  { caller, form }: StsRequest,
  answer: StsAnswer,
  reasons: readonly Reason[] | undefined,
  at: number,
  calls: CallLog,
): void {
  const [roleArn, roleSessionName] = [form.get("RoleArn"), form.get("RoleSessionName")];
  const inherited = "kind" in caller && caller.kind === "session" ? caller.session.sourceIdentity : undefined;
  const sourceIdentity = form.get("SourceIdentity") ?? inherited;
  calls.add({
    action: form.get("Action") ?? "",
    outcome: outcomeName(answer),
    at,
    ...(roleArn !== null && { roleArn }),
    ...(roleSessionName !== null && { roleSessionName }),
    ...("kind" in caller && { callerArn: callerArn(caller) }),
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(reasons && { reasons }),
  });
}

function outcomeName(answer: StsAnswer): string {
  if ("silent" in answer) return "no answer";
  return "code" in answer ? answer.code : "ok";
}
