/** The system's code of a failure, such as `ENOENT`; empty when it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Whether a failure has this code of the system. */
export function hasErrorCode(error: unknown, code: string): boolean {
  return errorCode(error) === code;
}
