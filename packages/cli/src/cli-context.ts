import type { Clock } from "@agent-roles/runtime";
import type { OutputOptions } from "@agent-roles/runtime/role-env";

/** Everything a command takes from its surroundings. Only `main.ts` fills it from the process. */
export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Sets variables of the process, for the AWS SDK; `undefined` unsets one. */
  readonly exportEnv: (variables: Readonly<Record<string, string | undefined>>) => void;
  readonly clock: Clock;
  /** Prints the result: tables, JSON, events. */
  readonly out: (text: string, options?: OutputOptions) => void;
  /** Prints progress, warnings and errors. */
  readonly err: (text: string) => void;
  /** Replaces the last line of a terminal; an empty text removes it. Left out where standard error is no terminal. */
  readonly progress?: (text: string) => void;
  /** Asks a person for a line. Left out where standard input or standard error is no terminal. */
  readonly ask?: (question: string) => Promise<string>;
  /** All of standard input. */
  readonly stdin: () => Promise<string>;
  /** Aborts at SIGINT and SIGTERM. The signals end a command that never reads this property. */
  readonly signal: AbortSignal;
  /** Calls the listener at SIGHUP, which otherwise ends the process. */
  readonly onReload: (listener: () => void) => void;
  readonly color: boolean;
}

/** 0 success · 1 a role or check failed · 2 wrong usage or configuration. */
export type ExitCode = 0 | 1 | 2;
