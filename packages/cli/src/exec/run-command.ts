import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import type { Env } from "@agent-roles/runtime/role-env";

/** A command that was started. */
export interface RunningCommand {
  readonly kill: (signal: NodeJS.Signals) => void;
  /** Its exit code; 128 and the signal's number when a signal ended it, as in a shell. Rejects with {@link CommandNotStarted}. */
  readonly exitCode: Promise<number>;
}

/** The command did not start: 127 when it is not there, 126 when it cannot be executed. */
export class CommandNotStarted extends Error {
  readonly exitCode: 126 | 127;
  readonly fix: string;

  constructor(program: string, code: string) {
    const isMissing = code === "ENOENT";
    super(`${JSON.stringify(program)}: ${isMissing ? "command not found" : `cannot be executed (${code})`}`);
    this.exitCode = isMissing ? 127 : 126;
    this.fix = isMissing
      ? "Check the name, PATH, the interpreter in the script's first line, and that the working directory exists."
      : "Name an executable file (chmod +x).";
  }
}

/** Starts a command with this process's standard input, output and error. */
export function runCommand([program, ...args]: readonly [string, ...string[]], env: Env): RunningCommand {
  let child: ChildProcess | undefined;
  const exitCode = new Promise<number>((resolve, reject) => {
    const fail = (error: unknown): void =>
      reject(new CommandNotStarted(program, error instanceof Error && "code" in error ? String(error.code) : ""));
    try {
      child = spawn(program, args, { env, stdio: "inherit" });
    } catch (error) {
      return fail(error);
    }
    child.once("exit", (code, signal) => resolve(code ?? exitCodeOfSignal(signal)));
    // Once it runs, this is a signal that another user's process does not take.
    child.on("error", (error) => {
      if (child?.pid === undefined) fail(error);
    });
  });
  return { kill: (signal) => void child?.kill(signal), exitCode };
}

/** As in a shell: 128 and the signal's number. */
export function exitCodeOfSignal(signal: NodeJS.Signals | null): number {
  return 128 + (signal ? constants.signals[signal] : 0);
}
