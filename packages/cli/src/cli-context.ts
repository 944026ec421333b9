import type { Clock } from "@agent-roles/runtime";

/** What a command needs of the world; only `main.ts` fills it from the process. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Makes variables of an env file seen by the AWS SDK, which reads the process's own; `undefined` unsets one. */
  readonly exportEnv: (variables: Readonly<Record<string, string | undefined>>) => void;
  readonly clock: Clock;
  /** What was asked for: tables, JSON, events. */
  readonly out: (text: string) => void;
  /** What a person must know besides: progress, warnings, errors. */
  readonly err: (text: string) => void;
  /** All of standard input. */
  readonly stdin: () => Promise<string>;
  /** Aborts when the process is told to stop; a command that never reads it is ended at once. */
  readonly signal: AbortSignal;
  /** Asks to be told when the process should read its configuration anew, instead of being stopped by SIGHUP. */
  readonly onReload: (listener: () => void) => void;
  readonly color: boolean;
}

/** 0 fine · 1 some role or check failed · 2 wrong usage or configuration. */
export type ExitCode = 0 | 1 | 2;
