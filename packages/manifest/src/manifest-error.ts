/** One mistake in a manifest, with its place and its repair. */
export interface ManifestProblem {
  /** As the caller named it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** The field, such as `roles[2].profile`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
  readonly fix: string;
}

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
  readonly problems: readonly ManifestProblem[];
  readonly retryable = false;

  constructor(code: ManifestErrorCode, problems: readonly ManifestProblem[], options?: { readonly cause: unknown }) {
    super(problems.map(formatProblem).join("\n"), options);
    this.code = code;
    this.problems = problems;
  }
}

function formatProblem({ file, line, column, path, message, fix }: ManifestProblem): string {
  return `${file}:${line}:${column}: ${path === "" ? "" : `${path}: `}${message}; ${fix}`;
}
