import { execa } from "execa";
import { CLI } from "./repository.ts";

type Env = Readonly<Record<string, string>>;

/** What a command left behind. */
export interface Finished {
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that goes on until it is stopped. */
export interface Running {
  signal(signal: "SIGHUP" | "SIGKILL"): void;
  stop(signal: "SIGINT" | "SIGTERM"): Promise<Finished>;
  /** Resolves when it ends, by itself or by a signal. */
  readonly ended: Promise<Finished>;
  /** Called with every further line of standard output. */
  onLine(listener: (line: string) => void): void;
}

/** Where and how a command starts. */
export interface StartOptions {
  /** Default: this process's own. */
  readonly cwd?: string;
  /** Of Node itself. */
  readonly nodeOptions?: readonly string[];
  /** Default two minutes. */
  readonly timeoutMs?: number;
  /** As root: another user and its only group. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

/** Runs `agent-roles` to its end, in an environment of its own. */
export async function agentRoles(args: readonly string[], env: Env, options: StartOptions = {}): Promise<Finished> {
  return start(args, env, options);
}

/** Starts an `agent-roles` that goes on until it is stopped. */
export function startAgentRoles(args: readonly string[], env: Env, options: StartOptions = {}): Running {
  const command = start(args, env, options);
  return {
    ended: command,
    signal: (signal) => void command.kill(signal),
    stop: (signal) => {
      command.kill(signal);
      return command;
    },
    onLine: (listener) => {
      let rest = "";
      command.stdout.on("data", (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) listener(line);
      });
    },
  };
}

function start(
  args: readonly string[],
  env: Env,
  { cwd, nodeOptions = [], timeoutMs = 120_000, user }: StartOptions = {},
) {
  const options = {
    env,
    extendEnv: false,
    reject: false,
    timeout: timeoutMs,
    ...(cwd !== undefined && { cwd }),
    ...user,
  } as const;
  return execa(process.execPath, [...nodeOptions, "--", CLI, ...args], options);
}
