import { type AwsCaller, evaluateAssumeRole, type PolicyDocument, type Reason } from "@agent-roles/trust";
import type { IamDirectory } from "../iam/iam-directory.ts";
import { type AssumeRoleCall, parseAssumeRole } from "./assume-role-parameters.ts";
import { type Caller, callerArn } from "./caller.ts";
import type { Session, SessionTable } from "./session-table.ts";
import { failure, type StsAnswer, type StsFailure } from "./sts-answer.ts";

export interface AssumeRoleContext {
  readonly directory: IamDirectory;
  readonly sessions: SessionTable;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Cuts the session's life short, whatever was asked for. */
  readonly lifetimeSeconds?: number | undefined;
  /** Condition keys that come from the connection: `aws:SourceIp` and the like. */
  readonly conditionKeys: Readonly<Record<string, string>>;
}

/** STS's answer; the reasons, which STS keeps to itself, are for the call log. */
export interface AssumeRoleOutcome {
  readonly answer: StsAnswer;
  readonly reasons?: readonly Reason[];
}

const DEFAULT_DURATION_SECONDS = 3600;
/** STS caps a chained session at one hour. */
const CHAINED_DURATION_SECONDS = 3600;

/**
 * Answers `AssumeRole` as STS does: parameters first, then the chain's rules, then both policies, then the role's
 * maximum duration, which a caller who is not authorized must not learn.
 *
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
 */
export async function assumeRole(
  caller: Caller,
  form: URLSearchParams,
  context: AssumeRoleContext,
): Promise<AssumeRoleOutcome> {
  const parsed = parseAssumeRole(form);
  if ("invalid" in parsed) return { answer: failure(400, parsed.code ?? "ValidationError", parsed.invalid) };
  const { call } = parsed;
  const chain = caller.kind === "session" ? inheritance(caller.session) : NO_CHAIN;
  const chainMistake = caller.kind === "session" ? chainViolation(call, chain) : undefined;
  if (chainMistake) return { answer: chainMistake };

  const [role, awsCaller, policies] = await Promise.all([
    context.directory.role(call.role),
    describeCaller(caller, context.directory),
    sessionPolicies(call, context.directory),
  ]);
  if (!role) return { answer: denied(caller, "sts:AssumeRole", call) };
  const sessionTags = { ...chain.tags, ...call.sessionTags };
  const sourceIdentity = call.sourceIdentity ?? chain.sourceIdentity;
  const { decision, reasons } = evaluateAssumeRole({
    caller: awsCaller,
    role: { arn: role.arn, trustPolicy: role.trustPolicy, tags: { ...role.tags, ...chain.tags } },
    request: {
      roleSessionName: call.roleSessionName,
      sessionTags,
      transitiveTagKeys: call.transitiveTagKeys,
      context: context.conditionKeys,
      ...(call.externalId !== undefined && { externalId: call.externalId }),
      ...(sourceIdentity !== undefined && { sourceIdentity }),
    },
  });
  if (decision !== "allowed") return { answer: denied(caller, refusedAction(reasons), call), reasons };

  const durationSeconds = call.durationSeconds ?? DEFAULT_DURATION_SECONDS;
  if (durationSeconds > role.maxSessionDuration) return { answer: tooLong("the MaxSessionDuration set for this role") };
  const session = context.sessions.issue(
    {
      role: call.role,
      roleId: role.roleId,
      sessionName: call.roleSessionName,
      tags: sessionTags,
      transitiveTagKeys: [...Object.keys(chain.tags), ...call.transitiveTagKeys],
      ...(sourceIdentity !== undefined && { sourceIdentity }),
      ...(policies.length > 0 && { sessionPolicies: policies }),
    },
    // STS counts in whole seconds.
    (Math.floor(context.now() / 1000) + (context.lifetimeSeconds ?? durationSeconds)) * 1000,
  );
  return { answer: credentialsAnswer(session) };
}

interface Chain {
  /** The transitive tags of the calling session. */
  readonly tags: Readonly<Record<string, string>>;
  readonly sourceIdentity?: string;
}

const NO_CHAIN: Chain = { tags: {} };

function inheritance({ tags, transitiveTagKeys, sourceIdentity }: Session): Chain {
  const keys = new Set(transitiveTagKeys.map((key) => key.toLowerCase()));
  const inherited = Object.entries(tags).filter(([key]) => keys.has(key.toLowerCase()));
  return { tags: Object.fromEntries(inherited), ...(sourceIdentity !== undefined && { sourceIdentity }) };
}

function chainViolation(call: AssumeRoleCall, chain: Chain): StsFailure | undefined {
  if ((call.durationSeconds ?? 0) > CHAINED_DURATION_SECONDS) {
    return tooLong("the 1 hour session limit for roles assumed by role chaining");
  }
  if (chain.sourceIdentity !== undefined && (call.sourceIdentity ?? chain.sourceIdentity) !== chain.sourceIdentity) {
    return failure(400, "ValidationError", "The source identity is already set for this assume role session");
  }
  const inherited = new Set(Object.keys(chain.tags).map((key) => key.toLowerCase()));
  if (Object.keys(call.sessionTags).some((key) => inherited.has(key.toLowerCase()))) {
    const text =
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.";
    return failure(400, "InvalidParameterValue", text);
  }
  return undefined;
}

async function describeCaller(caller: Caller, directory: IamDirectory): Promise<AwsCaller> {
  const arn = callerArn(caller);
  switch (caller.kind) {
    case "user":
      return { arn, ...(await directory.userPolicies(caller.user)) };
    case "session": {
      const { role, tags, sessionPolicies: policies } = caller.session;
      const identity = await directory.rolePolicies(role);
      return {
        arn,
        principalArn: role.arn,
        ...identity,
        tags: { ...identity.tags, ...tags },
        ...(policies && { sessionPolicies: policies }),
      };
    }
  }
}

async function sessionPolicies(call: AssumeRoleCall, directory: IamDirectory): Promise<PolicyDocument[]> {
  const managed = await Promise.all(call.policyArns.map((arn) => directory.managedPolicy(call.role, arn)));
  return [...managed, ...(call.policy ? [call.policy] : [])];
}

/** AWS names the action that was refused, not the side that refused it. */
function denied(caller: Caller, action: string, call: AssumeRoleCall): StsFailure {
  const text = `User: ${callerArn(caller)} is not authorized to perform: ${action} on resource: ${call.role.arn}`;
  return failure(403, "AccessDenied", text);
}

function refusedAction(reasons: readonly Reason[]): string {
  const refused = reasons.filter(({ effect }) => effect !== "allowed").map(({ action }) => action);
  return refused.includes("sts:AssumeRole") ? "sts:AssumeRole" : (refused[0] ?? "sts:AssumeRole");
}

function tooLong(limit: string): StsFailure {
  return failure(400, "ValidationError", `The requested DurationSeconds exceeds ${limit}.`);
}

function credentialsAnswer(session: Session): StsAnswer {
  return {
    action: "AssumeRole",
    result: {
      Credentials: {
        AccessKeyId: session.accessKeyId,
        SecretAccessKey: session.secretAccessKey,
        SessionToken: session.sessionToken,
        Expiration: new Date(session.expirationMs).toISOString().replace(".000Z", "Z"),
      },
      AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
      SourceIdentity: session.sourceIdentity,
    },
  };
}
