import { type Clock, systemClock } from "@agent-roles/runtime/clock";
import type { CliContext, ExitCode } from "./cli-context.ts";
import { runCli } from "./run-cli.ts";

/** What a command line printed, and its exit code. */
export interface Captured {
  readonly code: ExitCode;
  readonly out: string;
  readonly err: string;
}

/** It is always midnight; pauses are real. The sessions of a test end at one. */
export const clock: Clock = { ...systemClock, now: () => Date.parse("2026-01-01T00:00:00Z") };

/** Runs a command line in this process, with an empty environment and whatever `context` replaces. */
export async function captureCli(argv: readonly string[], context: Partial<CliContext> = {}): Promise<Captured> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(argv, {
    env: {},
    exportEnv: () => undefined,
    clock,
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    stdin: async () => "",
    signal: new AbortController().signal,
    onReload: () => undefined,
    color: false,
    ...context,
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}
