/** Reasons why the sandbox does not start. */
export type SandboxErrorCode =
  /** No usable moto_server was found, and none could be installed. */
  | "MotoNotFound"
  /** Another program uses the port. */
  | "PortTaken"
  /** An option or a fault has an invalid value. */
  | "InvalidOption"
  /** The caller's `AbortSignal` stopped the start. */
  | "Aborted";

export interface SandboxErrorOptions {
  readonly code: SandboxErrorCode;
  /** What to do about it. */
  readonly fix: string;
  readonly cause?: unknown;
}

/** The one error class of this package. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly code: SandboxErrorCode;
  readonly fix: string;
  /** A retry without a change fails again. */
  readonly retryable: boolean = false;

  constructor(message: string, options: SandboxErrorOptions) {
    super(`${message}\n${options.fix}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.fix = options.fix;
  }
}

/** The error of a start whose `AbortSignal` aborts. */
export function abortedStart(cause: unknown): SandboxError {
  return new SandboxError("the start of the sandbox was stopped", { code: "Aborted", fix: "Start it again.", cause });
}
