export type McpErrorCode =
  /** The arguments do not match the input schema of the tool. */
  | "InvalidArguments"
  /** No `AWS_ROLE_N` declares the profile, and no open task has it. */
  | "UnknownProfile"
  /** The task runs on behalf of another person than this server. */
  | "OnBehalfOfRefused"
  /** A task with this ID is open, here or in another server of this user. */
  | "TaskOpen"
  /** No task with this ID is open in this server. */
  | "UnknownTask"
  /** Too many tasks are open. */
  | "TooManyTasks"
  /** STS says that the session belongs to another role. */
  | "WrongRole"
  /** The path leads out of the working directory. */
  | "PathRefused"
  /** The templates declare no such role. */
  | "UnknownRole"
  /** The text names no principal that AWS knows. */
  | "UnknownCaller";

/** The one error class of this package: `fix` is what the model can do next. */
export class McpError extends Error {
  override readonly name = "McpError";
  readonly code: McpErrorCode;
  readonly fix: string;
  readonly retryable = false;

  constructor(code: McpErrorCode, message: string, fix: string) {
    super(message);
    this.code = code;
    this.fix = fix;
  }
}

/** At most this many names are listed in a message. */
const LISTED = 50;

/** The names as one text, cut where there are many. */
export function listed(names: readonly string[]): string {
  if (names.length === 0) return "(none)";
  const more = names.length - LISTED;
  return names.slice(0, LISTED).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
