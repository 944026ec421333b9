import { DiagnosticError } from "@agent-roles/runtime/role-env";

export type TrustInputErrorCode =
  /** There is no such file or directory. */
  | "InputNotFound"
  /** It is there and cannot be read: permissions, a special file, too large, not text, outside of what was named. */
  | "InputUnreadable"
  /** The text is neither JSON nor YAML. */
  | "InvalidSyntax"
  /** JSON or YAML that is not a template, plan or policy, or a directory without any. */
  | "NotATemplate"
  /** A template that CloudFormation rejects, such as one with circular references; a plan that Terraform did not finish. */
  | "InvalidTemplate"
  /** No template has a parameter of the name that was given. */
  | "UnknownParameter"
  /** The live account could not be read. */
  | "LiveUnreadable";

/** An input cannot be read. Its message has one line for each problem. */
export class TrustInputError extends DiagnosticError<TrustInputErrorCode> {
  override readonly name = "TrustInputError";
}

/** Runs a function; `undefined` where it throws a {@link TrustInputError}, which `onError` gets. */
export function attempt<T>(run: () => T, onError: (error: TrustInputError) => void): T | undefined {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TrustInputError)) throw error;
    onError(error);
    return undefined;
  }
}
