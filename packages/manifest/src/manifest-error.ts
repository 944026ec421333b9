import { DiagnosticError } from "@agent-roles/runtime/role-env";

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
export class ManifestError extends DiagnosticError<ManifestErrorCode> {
  override readonly name = "ManifestError";
}
