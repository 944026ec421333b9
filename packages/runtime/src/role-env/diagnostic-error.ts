import { type Diagnostic, formatDiagnostic } from "./diagnostic.ts";

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
