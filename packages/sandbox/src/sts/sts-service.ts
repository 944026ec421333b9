import { setTimeout as delay } from "node:timers/promises";
import { assumeRole } from "./assume-role.ts";
import { assumeRoleWithWebIdentity } from "./assume-role-with-web-identity.ts";
import { type Caller, isSession } from "./caller.ts";
import { getScopedCredentials } from "./get-scoped-credentials.ts";
import type { AssumeOutcome, StsContext } from "./issue-session.ts";
import { failure, type StsAnswer, type ServiceError } from "./sts-answer.ts";

/** One STS call with its caller, or the authentication error. */
export interface StsRequest {
  readonly caller: Caller | ServiceError;
  readonly form: URLSearchParams;
  readonly conditionKeys: Readonly<Record<string, string>>;
  /** The Region that the request was signed for. */
  readonly region: string;
  /** Checks the request against AWS's model of STS. It does not have GetScopedCredentials yet. */
  readonly check: () => Promise<ServiceError | undefined>;
}

/** The actions that are not signed. */
export const UNSIGNED_ACTIONS: ReadonlySet<string> = new Set(["AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"]);

/** Answers an STS call, applies the current faults, and logs the call. */
export async function answerSts(request: StsRequest, context: StsContext): Promise<StsAnswer> {
  const at = context.now();
  const outcome = await outcomeOf(request, context);
  log(request, outcome, at, context);
  return outcome.answer;
}

async function outcomeOf(request: StsRequest, context: StsContext): Promise<AssumeOutcome> {
  const { caller, form, conditionKeys, region } = request;
  const action = form.get("Action") ?? "";
  if ("code" in caller && !UNSIGNED_ACTIONS.has(action)) return { answer: caller };
  if (action === "GetCallerIdentity" && "arn" in caller) {
    // Every caller is allowed to ask who it is.
    const { userId: UserId, accountId: Account, arn: Arn } = caller;
    return { answer: { action, result: { UserId, Account, Arn } } };
  }
  if (action === "GetScopedCredentials" && "arn" in caller) {
    return { answer: await getScopedCredentials(caller, form, { ...context, conditionKeys, region }) };
  }
  if (action !== "AssumeRole" && action !== "AssumeRoleWithWebIdentity") {
    const text = `The sandbox supports AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity and GetScopedCredentials, not ${action}`;
    return { answer: failure(400, "InvalidAction", text) };
  }
  const fault = context.faults.next(form.get("RoleArn")?.split("/").at(-1));
  if (fault.latencyMs > 0) await delay(fault.latencyMs);
  const refused = fault.answer ?? (await request.check());
  if (refused) return { answer: refused };
  const assume = { ...context, ...fault, conditionKeys };
  return action === "AssumeRole" && "arn" in caller
    ? assumeRole(caller, form, assume)
    : assumeRoleWithWebIdentity(form, assume);
}

function log(
  { caller, form }: StsRequest,
  { answer, reasons }: AssumeOutcome,
  at: number,
  { calls }: StsContext,
): void {
  const [roleArn, roleSessionName] = [form.get("RoleArn"), form.get("RoleSessionName")];
  const inherited = "arn" in caller && isSession(caller) ? caller.sourceIdentity : undefined;
  const sourceIdentity = form.get("SourceIdentity") ?? inherited;
  calls.add({
    action: form.get("Action") ?? "",
    outcome: outcomeName(answer),
    at,
    ...(roleArn !== null && { roleArn }),
    ...(roleSessionName !== null && { roleSessionName }),
    ...("arn" in caller && { callerArn: caller.arn }),
    ...(sourceIdentity !== undefined && { sourceIdentity }),
    ...(reasons && { reasons }),
  });
}

function outcomeName(answer: StsAnswer): string {
  if ("silent" in answer) return "no answer";
  return "code" in answer ? answer.code : "ok";
}
