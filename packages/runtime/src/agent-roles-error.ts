import type { Diagnostic } from "./role-env/diagnostic.ts";

/** Every way in which the runtime fails. */
export type ErrorCode =
  /** The `AWS_ROLE_N` variables are wrong; `problems` lists every mistake. */
  | "InvalidRoleEnv"
  /** The env file or the secret with the role definitions could not be read. */
  | "RolesUnreadable"
  /** No `AWS_ROLE_N` declares the profile. */
  | "UnknownProfile"
  /** A profile of that name is in a shared file and is not ours. */
  | "ForeignProfile"
  /** Another agent-roles process keeps a profile of that name. */
  | "ProfileInUse"
  /** The credentials of the profile have expired. */
  | "ProfileExpired"
  /** The process that kept the profile has ended: its credentials are not rotated. */
  | "ProfileNotKept"
  /** A shared file could not be read, locked or written. */
  | "StoreFailed"
  /** STS refused, and its text does not say which side. */
  | "AccessDenied"
  /** The target role's trust policy, or a resource control policy, does not allow the caller. */
  | "TrustDenied"
  /** The caller's policies do not allow `sts:AssumeRole` on the role. */
  | "MasterNotAllowed"
  /** The session's tags are refused: by the trust policy or by the caller's policies. */
  | "TagSessionDenied"
  /** The session's source identity is refused: by the trust policy or by the caller's policies. */
  | "SetSourceIdentityDenied"
  /** More seconds than the role, or a chained session, allows. */
  | "DurationTooLong"
  /** STS refuses the parameters of the call. */
  | "InvalidRequest"
  /** The answer is not one that AWS STS gives: a proxy, a login page, another server. */
  | "InvalidAnswer"
  | "Throttled"
  /** STS or Secrets Manager answers 5xx, or the network does not reach it. */
  | "Unavailable"
  /** STS is disabled in this Region for the account. */
  | "RegionDisabled"
  | "MasterCredentialsExpired"
  /** The SDK's default chain found no credentials, or STS does not know them. */
  | "MasterCredentialsInvalid"
  /** AWS refuses the step that gives the master its credentials: web identity, source profile, SSO. */
  | "MasterCredentialsDenied"
  /** What gives the master its credentials does not answer. */
  | "MasterCredentialsUnavailable"
  /** The clock of this machine is wrong; AWS refuses the signature. */
  | "ClockSkew"
  /** The task has ended, and its credentials with it. */
  | "TaskEnded"
  /** A narrower policy cannot be written as one session policy. */
  | "CannotNarrow"
  /** None of the above; see the cause. */
  | "Unknown";

export interface AgentRolesErrorOptions {
  readonly code: ErrorCode;
  /** What to do, in words. */
  readonly fix: string;
  /** Whether the same call can succeed later without a change. Default: false. */
  readonly retryable?: boolean;
  /** `master` when the step failed that makes the caller the master: no role can be assumed. */
  readonly hop?: "master";
  /** Every mistake; the variable is its `path`. */
  readonly problems?: readonly Diagnostic[];
  readonly cause?: unknown;
}

/** The one error class of this package. Neither its message nor its fix ever holds a secret. */
export class AgentRolesError extends Error {
  override readonly name = "AgentRolesError";
  readonly code: ErrorCode;
  readonly fix: string;
  readonly retryable: boolean;
  readonly hop: "master" | undefined;
  readonly problems: readonly Diagnostic[];

  constructor(message: string, options: AgentRolesErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.fix = options.fix;
    this.retryable = options.retryable ?? false;
    this.hop = options.hop ?? (options.code.startsWith("MasterCredentials") ? "master" : undefined);
    this.problems = options.problems ?? [];
  }
}

/** Of a failure whose message is all that is known. */
const UNKNOWN: AgentRolesErrorOptions = { code: "Unknown", retryable: true, fix: "Check the message above." };

/**
 * Any failure as an error of ours. An `AgentRolesError` stays as it is.
 *
 * @param prefix - precedes the message, unless it begins so: the path, the profile.
 */
export function toAgentRolesError(
  cause: unknown,
  { prefix, ...options }: AgentRolesErrorOptions & { readonly prefix?: string } = UNKNOWN,
): AgentRolesError {
  if (cause instanceof AgentRolesError) return cause;
  const message = cause instanceof Error ? cause.message : String(cause);
  const isNamed = prefix === undefined || message.startsWith(prefix);
  return new AgentRolesError(isNamed ? message : `${prefix}: ${message}`, { cause, ...options });
}

/** The failure of the master behind the failure of a role, which names the role. */
export function masterFailure(error: unknown): AgentRolesError | undefined {
  if (!(error instanceof AgentRolesError) || error.hop !== "master") return undefined;
  return error.cause instanceof AgentRolesError ? error.cause : error;
}
