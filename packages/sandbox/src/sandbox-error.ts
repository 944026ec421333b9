/** Every way in which the sandbox does not start. */
export type SandboxErrorCode =
  /** No usable moto_server was found, and none could be installed. */
  | "MotoNotFound"
  /** The port asked for belongs to another program. */
  | "PortTaken"
  /** An option or a fault has a value that cannot be meant. */
  | "InvalidOption"
  /** The caller's `AbortSignal` ended the start. */
  | "Aborted";

export interface SandboxErrorOptions {
  readonly code: SandboxErrorCode;
  /** What to do about it, in words. */
  readonly fix: string;
  readonly cause?: unknown;
}

/** The one error class of this package. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly code: SandboxErrorCode;
  readonly fix: string;
  /** Nothing here gets better by trying again unchanged. */
  readonly retryable: boolean = false;

  constructor(message: string, options: SandboxErrorOptions) {
    super(`${message}\n${options.fix}`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code;
    this.fix = options.fix;
  }
}

/** What a start ends with when its `AbortSignal` aborts. */
export function abortedStart(cause: unknown): SandboxError {
  return new SandboxError("the start of the sandbox was stopped", { code: "Aborted", fix: "Start it again.", cause });
}
