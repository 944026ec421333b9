import { type Diagnostic, formatDiagnostic } from "@agent-roles/runtime/role-env";

export type ManifestErrorCode =
  /** There is no such file. */
  | "ManifestNotFound"
  /** The file is there and cannot be read. */
  | "ManifestUnreadable"
  /** The text is not YAML; `problems` lists every syntax error. */
  | "InvalidYaml"
  /** The YAML is not a manifest; `problems` lists every mistake. */
  | "InvalidManifest"
  /** The YAML is not a file of expectations; `problems` lists every mistake. */
  | "InvalidExpectations";

/** The one error class of this package. Its message has a line a problem: `file:line:column: path: message; fix`. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
  readonly code: ManifestErrorCode;
  readonly problems: readonly Diagnostic[];
  readonly retryable = false;

  constructor(code: ManifestErrorCode, problems: readonly Diagnostic[], options?: { readonly cause: unknown }) {
    super(problems.map(formatDiagnostic).join("\n"), options);
    this.code = code;
    this.problems = problems;
  }
}
