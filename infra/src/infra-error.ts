/** One reason why the roles cannot be deployed. */
export interface InfraProblem {
  /** What it is about: a role's ARN, a stack's name, a variable. */
  readonly subject: string;
  readonly message: string;
  readonly fix: string;
}

export type InfraErrorCode =
  /** A policy or a template is larger than AWS takes. */
  | "QuotaExceeded"
  /** The master could not assume a target role, or more than that. */
  | "TrustBroken"
  /** The Region is none, or is in another partition. */
  | "InvalidRegion"
  /** CloudFormation does not take the name that the prefix gives. */
  | "InvalidStackPrefix"
  /** Something asks for a bucket or a repository that only a bootstrapped account has. */
  | "AssetsNotSupported";

/** The one error class of this package. Its message has a line a problem: `subject: message; fix`. */
export class InfraError extends Error {
  override readonly name = "InfraError";
  readonly code: InfraErrorCode;
  readonly problems: readonly InfraProblem[];
  readonly retryable = false;

  constructor(code: InfraErrorCode, problems: readonly InfraProblem[]) {
    super(problems.map(({ subject, message, fix }) => `${subject}: ${message}; ${fix}`).join("\n"));
    this.code = code;
    this.problems = problems;
  }
}
