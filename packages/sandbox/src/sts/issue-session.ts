import type { PolicyDocument, Reason } from "@agent-roles/trust";
import type { IamDirectory, IamRole } from "../iam/iam-directory.ts";
import type { AssumeRoleCall } from "./assume-role-parameters.ts";
import type { Session, SessionIdentity, SessionTable } from "./session-table.ts";
import { failure, type StsAnswer, type StsFailure, type XmlTree } from "./sts-answer.ts";

/** What every way to assume a role needs. */
export interface AssumeContext {
  readonly directory: IamDirectory;
  readonly sessions: SessionTable;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Cuts the session's life short, whatever was asked for. */
  readonly lifetimeSeconds?: number | undefined;
  /** The organization that an account is a member of. */
  readonly organizationOf: (accountId: string) => string | undefined;
  /** Condition keys that come from the connection: `aws:SourceIp` and the like. */
  readonly conditionKeys: Readonly<Record<string, string>>;
}

/** STS's answer; the reasons, which STS keeps to itself, are for the call log. */
export interface AssumeOutcome {
  readonly answer: StsAnswer;
  readonly reasons?: readonly Reason[];
}

const DEFAULT_DURATION_SECONDS = 3600;

/** Issues the session that a call was found to be allowed, unless it asks for more time than the role grants. */
export function issueSession(
  call: AssumeRoleCall,
  role: IamRole,
  identity: Pick<SessionIdentity, "tags" | "transitiveTagKeys" | "sourceIdentity" | "sessionPolicies">,
  { sessions, now, lifetimeSeconds }: AssumeContext,
): Session | StsFailure {
  const durationSeconds = call.durationSeconds ?? DEFAULT_DURATION_SECONDS;
  if (durationSeconds > role.maxSessionDuration) {
    const text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    return failure(400, "ValidationError", text);
  }
  // STS counts in whole seconds.
  const expirationMs = (Math.floor(now() / 1000) + (lifetimeSeconds ?? durationSeconds)) * 1000;
  return sessions.issue(
    { role: call.role, roleId: role.roleId, sessionName: call.roleSessionName, ...identity },
    expirationMs,
  );
}

/** The part of the answer that every way to assume a role has. */
export function sessionXml(session: Session): XmlTree {
  return {
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretAccessKey,
      SessionToken: session.sessionToken,
      Expiration: new Date(session.expirationMs).toISOString().replace(".000Z", "Z"),
    },
    AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
    SourceIdentity: session.sourceIdentity,
  };
}

/** The documents of the session policies that a call passes. */
export async function sessionPolicies(call: AssumeRoleCall, directory: IamDirectory): Promise<PolicyDocument[]> {
  const managed = await Promise.all(call.policyArns.map((arn) => directory.managedPolicy(call.role, arn)));
  // A policy that does not exist allows nothing.
  return [...managed.map((policy) => policy ?? {}), ...(call.policy ? [call.policy] : [])];
}
