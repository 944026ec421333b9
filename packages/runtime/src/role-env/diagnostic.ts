/** One mistake in an input, with its place and its fix. */
export interface Diagnostic {
  /** As the caller named it. */
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
  /** From 1. */
  readonly column?: number;
  /** Inside the file: a field, a variable, a logical ID, a construct path, a Terraform address. */
  readonly path?: string;
  readonly message: string;
  readonly fix: string;
}

/** One line of text: `file:line:column: path: message; fix`, without the parts that are not known. */
export function formatDiagnostic({ file, line, column, path, message, fix }: Diagnostic): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  return [place, path, `${message}; ${fix}`].filter((part) => part !== undefined && part !== "").join(": ");
}

/** What the errors of packages about their input share: a code, and every mistake. The message has one line for each mistake. */
export abstract class DiagnosticError<Code extends string> extends Error {
  readonly code: Code;
  readonly problems: readonly Diagnostic[];
  readonly retryable = false;

  constructor(code: Code, problems: readonly Diagnostic[], options?: { readonly cause: unknown }) {
    super(problems.map(formatDiagnostic).join("\n"), options);
    this.code = code;
    this.problems = problems;
  }
}
