import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { parseRoleEnv } from "@agent-roles/runtime/role-env";
import { type Command, Option } from "commander";
import type { CliContext } from "./cli-context.ts";
import { UsageError } from "./describe-error.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** `--env-file FILE`, wherever the environment is read. */
export function withEnvFile(command: Command): Command {
  return command.addOption(
    new Option(
      "--env-file <file>",
      "read AWS_ROLE_N and other variables from a dotenv file; they win over the environment",
    ),
  );
}

/**
 * The environment that a command works with. Roles come from one place: a file that declares any `AWS_ROLE_N` replaces all of
 * the environment's.
 *
 * @throws {UsageError} when the file cannot be read.
 */
export async function readEnv({ env, exportEnv }: CliContext, envFile: string | undefined): Promise<Env> {
  if (envFile === undefined) return env;
  const text = await readFile(envFile, "utf8").catch((error: unknown) => {
    throw new UsageError(`--env-file ${envFile}: ${error instanceof Error ? error.message : String(error)}`);
  });
  const file = definedOnly(parseEnv(text));
  const rest = Object.entries(env).filter(([name]) => !(isRole(name) && Object.keys(file).some(isRole)));
  exportEnv(Object.fromEntries(Object.entries(file).filter(([name]) => !isRole(name))));
  return { ...Object.fromEntries(rest), ...file };
}

function definedOnly(variables: Env): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function isRole(name: string): boolean {
  return /^AWS_ROLE_\d/.test(name);
}

/** {@link readEnv} for commands that need roles: tells the warnings, and refuses an environment without any. */
export async function readRoleEnv(context: CliContext, envFile: string | undefined): Promise<Env> {
  const env = await readEnv(context, envFile);
  const { roles, warnings } = parseRoleEnv(env);
  for (const { variable, message, fix } of warnings) context.err(`warning: ${variable}: ${message}; ${fix}`);
  if (roles.length === 0) {
    throw new UsageError(
      "no AWS_ROLE_N is set\n  fix: set AWS_ROLE_1=arn:aws:iam::<account>:role/<name>:<profile>, or pass --env-file (agent-roles env writes one)",
    );
  }
  return env;
}
