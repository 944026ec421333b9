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
  /** A shared file could not be read, locked or written. */
  | "StoreFailed"
  /** STS refused, and its text does not tell which side. */
  | "AccessDenied"
  /** The target role's trust policy does not allow the caller. */
  | "TrustDenied"
  /** The caller's own policies do not allow `sts:AssumeRole` on the role. */
  | "MasterNotAllowed"
  /** The session's tags are refused: by the trust policy or by the caller's own policies. */
  | "TagSessionDenied"
  /** The session's source identity is refused: by the trust policy or by the caller's own policies. */
  | "SetSourceIdentityDenied"
  /** More seconds than the role, or a chained session, allows. */
  | "DurationTooLong"
  /** STS refuses the parameters of the call. */
  | "InvalidRequest"
  | "Throttled"
  /** STS answers 5xx, or the network does not reach it. */
  | "Unavailable"
  /** STS is disabled in this Region for the account. */
  | "RegionDisabled"
  | "MasterCredentialsExpired"
  /** No ambient credentials were found, or STS does not know them. */
  | "MasterCredentialsInvalid"
  /** The clock of this machine is off; AWS refuses the signature. */
  | "ClockSkew"
  /** Nothing of the above; the cause tells. */
  | "Unknown";

/** One mistake in the variables, with its place and its repair. */
export interface Problem {
  readonly variable: string;
  readonly value: string;
  /** What is wrong, without variable and value. */
  readonly message: string;
  readonly fix: string;
}

export interface AgentRolesErrorOptions {
  readonly code: ErrorCode;
  /** What to do about it, in words. */
  readonly fix: string;
  /** Whether the same call may succeed later without a change. Default: false. */
  readonly retryable?: boolean;
  readonly problems?: readonly Problem[];
  readonly cause?: unknown;
}

/** The one error class of this package. Neither its message nor its fix ever holds a secret. */
export class AgentRolesError extends Error {
  override readonly name = "AgentRolesError";
  readonly code: ErrorCode;
  readonly fix: string;
  readonly retryable: boolean;
  readonly problems: readonly Problem[];

  constructor(message: string, options: AgentRolesErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.fix = options.fix;
    this.retryable = options.retryable ?? false;
    this.problems = options.problems ?? [];
  }
}
