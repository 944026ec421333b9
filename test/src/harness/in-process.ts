import process from "node:process";
import { captureCli } from "agent-roles/dist/capture-cli.test-helper.js";
import { exportToProcess } from "agent-roles/dist/export-to-process.js";
import { systemClock } from "@agent-roles/runtime/clock";
import type { Finished } from "./agent-roles.ts";

type Env = Readonly<Record<string, string>>;

let last: Promise<unknown> = Promise.resolve();

/**
 * Runs `agent-roles` to its end in this process, which has loaded the SDK and the CDK already: a process of its own spends seconds
 * on that. Commands run one after the other, each with only this environment, in this directory.
 */
export function agentRoles(
  args: readonly string[],
  env: Env,
  options: { readonly cwd?: string } = {},
): Promise<Finished> {
  const command = last.then(() => run(args, env, options.cwd ?? process.cwd()));
  last = command.catch(() => undefined);
  return command;
}

async function run(args: readonly string[], env: Env, cwd: string): Promise<Finished> {
  const before = { cwd: process.cwd(), env: { ...process.env } };
  process.chdir(cwd);
  replaceEnv(env);
  try {
    const { code, out, err } = await captureCli(args, { env, exportEnv: exportToProcess, clock: systemClock });
    return { exitCode: code, stdout: out, stderr: err };
  } finally {
    replaceEnv(before.env);
    process.chdir(before.cwd);
  }
}

function replaceEnv(env: NodeJS.ProcessEnv): void {
  const removed = Object.keys(process.env).filter((name) => !(name in env));
  exportToProcess({ ...Object.fromEntries(removed.map((name) => [name, undefined])), ...env });
}
