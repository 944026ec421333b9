import { setTimeout as delay } from "node:timers/promises";
import type { CallLog, StsCall } from "../gateway/call-log.ts";
import type { FaultInjector } from "../gateway/faults.ts";
import type { IamDirectory } from "../iam/iam-directory.ts";
import { assumeRole, type AssumeRoleOutcome } from "./assume-role.ts";
import { type Caller, callerArn } from "./caller.ts";
import { getCallerIdentity } from "./get-caller-identity.ts";
import type { SessionTable } from "./session-table.ts";
import { failure, type StsFailure } from "./sts-answer.ts";

export interface StsContext {
  readonly directory: IamDirectory;
  readonly sessions: SessionTable;
  readonly faults: FaultInjector;
  readonly calls: CallLog;
  readonly now: () => number;
}

/** One call of STS, its caller made out already. */
export interface StsRequest {
  readonly caller: Caller | StsFailure;
  readonly form: URLSearchParams;
  readonly conditionKeys: Readonly<Record<string, string>>;
}

/** Answers a call of STS, with the faults that are in force, and logs it. */
export async function answerSts(request: StsRequest, context: StsContext): Promise<AssumeRoleOutcome> {
  const { caller, form } = request;
  const at = context.now();
  const outcome = await outcomeOf(request, context);
  const { answer, reasons } = outcome;
  const [roleArn, roleSessionName] = [form.get("RoleArn"), form.get("RoleSessionName")];
  const call: StsCall = {
    action: form.get("Action") ?? "",
    outcome: "code" in answer ? answer.code : "ok",
    at,
    ...(roleArn !== null && { roleArn }),
    ...(roleSessionName !== null && { roleSessionName }),
    ...("kind" in caller && { callerArn: callerArn(caller) }),
    ...(reasons && { reasons }),
  };
  context.calls.add(call);
  return outcome;
}

async function outcomeOf({ caller, form, conditionKeys }: StsRequest, context: StsContext): Promise<AssumeRoleOutcome> {
  if ("code" in caller) return { answer: caller };
  const action = form.get("Action") ?? "";
  switch (action) {
    case "GetCallerIdentity":
      return { answer: getCallerIdentity(caller) };
    case "AssumeRole": {
      const fault = context.faults.next(form.get("RoleArn")?.split("/").at(-1));
      if (fault.latencyMs > 0) await delay(fault.latencyMs);
      if (fault.failure) return { answer: fault.failure };
      const { directory, sessions, now } = context;
      return assumeRole(caller, form, {
        directory,
        sessions,
        now,
        conditionKeys,
        lifetimeSeconds: fault.lifetimeSeconds,
      });
    }
    default:
      return {
        answer: failure(400, "InvalidAction", `The sandbox answers AssumeRole and GetCallerIdentity, not ${action}`),
      };
  }
}
