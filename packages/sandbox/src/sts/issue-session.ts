import type { CallerPolicies, PolicyDocument, Reason } from "@agent-roles/iam";
import type { IamState, IamRole } from "../iam/iam-state.ts";
import type { AssumeRoleCall } from "./assume-role-parameters.ts";
import type { CallLog } from "./call-log.ts";
import type { Fault, FaultInjector } from "./faults.ts";
import type { Session, SessionIdentity, SessionTable } from "./session-table.ts";
import { failure, type StsAnswer, type ServiceError, type XmlTree } from "./sts-answer.ts";

/** What answers of STS depend on. */
export interface StsContext {
  readonly iam: IamState;
  readonly sessions: SessionTable;
  readonly faults: FaultInjector;
  readonly calls: CallLog;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The organization of an account, whether the sandbox does not have it, and its service control policies, one array for each level of the organization. */
  readonly membership: (
    accountId: string,
  ) => { readonly orgId?: string; readonly isMissing?: boolean } & Pick<CallerPolicies, "scps">;
}

/** The same for one call. */
export interface AssumeContext extends StsContext, Pick<Fault, "lifetimeSeconds" | "newRoleDelaySeconds"> {
  /** Condition keys from the connection, such as `aws:SourceIp`. */
  readonly conditionKeys: Readonly<Record<string, string>>;
}

/** STS's answer, and the reasons for the call log. */
export interface AssumeOutcome {
  readonly answer: StsAnswer;
  readonly reasons?: readonly Reason[];
}

const DEFAULT_DURATION_SECONDS = 3600;

/** Issues the session of an allowed call, unless the duration exceeds the role's maximum. */
export function issueSession(
  call: AssumeRoleCall,
  role: IamRole,
  identity: Pick<SessionIdentity, "tags" | "transitiveTagKeys" | "sourceIdentity" | "sessionPolicies">,
  { sessions, now, lifetimeSeconds }: AssumeContext,
): Session | ServiceError {
  const durationSeconds = call.durationSeconds ?? DEFAULT_DURATION_SECONDS;
  if (durationSeconds > role.maxSessionDuration) {
    const text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    return failure(400, "ValidationError", text);
  }
  // STS expirations are whole seconds.
  const expirationMs = (Math.floor(now() / 1000) + (lifetimeSeconds ?? durationSeconds)) * 1000;
  return sessions.issue(
    { role: call.role, roleId: role.roleId, sessionName: call.roleSessionName, issuedMs: now(), ...identity },
    expirationMs,
  );
}

/** The keys of a session. */
export function credentialsXml(session: Session): XmlTree {
  return {
    AccessKeyId: session.accessKeyId,
    SecretAccessKey: session.secretAccessKey,
    SessionToken: session.sessionToken,
    Expiration: new Date(session.expirationMs).toISOString().replace(".000Z", "Z"),
  };
}

/** The part of the answer that all AssumeRole actions share. */
export function sessionXml(session: Session): XmlTree {
  return {
    Credentials: credentialsXml(session),
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
    SourceIdentity: session.sourceIdentity,
  };
}

/** The documents of a call's session policies. */
export async function sessionPolicies(call: AssumeRoleCall, iam: IamState): Promise<PolicyDocument[]> {
  const managed = await Promise.all(call.policyArns.map((arn) => iam.managedPolicy(call.role, arn)));
  // A policy that does not exist allows nothing.
  return [...managed.map((policy) => policy ?? {}), ...(call.policy ? [call.policy] : [])];
}
