/** One mistake in what was to be checked, with its place and its repair. */
export interface InputProblem {
  /** As the caller named it. */
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  /** Inside the file: a construct path, a logical id, a Terraform address. */
  readonly path?: string;
  readonly message: string;
  readonly fix: string;
}

export type TrustInputErrorCode =
  /** There is no such file or directory. */
  | "InputNotFound"
  /** It is there and cannot be read: permissions, too large, not text. */
  | "InputUnreadable"
  /** The text is neither JSON nor YAML. */
  | "InvalidSyntax"
  /** JSON or YAML that is not a template, plan or policy, or a directory without any. */
  | "NotATemplate"
  /** A template that CloudFormation would reject, such as one with circular references; a plan that Terraform did not finish. */
  | "InvalidTemplate"
  /** The live account could not be read. */
  | "LiveUnreadable";

/** What was to be checked cannot be. Its message has a line a problem: `file:line: path: message; fix`. */
export class TrustInputError extends Error {
  override readonly name = "TrustInputError";
  readonly code: TrustInputErrorCode;
  readonly problems: readonly InputProblem[];
  readonly retryable = false;

  constructor(code: TrustInputErrorCode, problems: readonly InputProblem[], options?: { readonly cause: unknown }) {
    super(problems.map(formatProblem).join("\n"), options);
    this.code = code;
    this.problems = problems;
  }
}

function formatProblem({ file, line, path, message, fix }: InputProblem): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return `${place}: ${path === undefined ? "" : `${path}: `}${message}; ${fix}`;
}
