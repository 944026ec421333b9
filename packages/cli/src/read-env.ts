import {
  ACCESS_LEVELS,
  type AccessLevel,
  type Env,
  formatDiagnostic,
  misnamedRoles,
  noRoles,
  type ParsedRoleEnv,
  parseRoleEnv,
} from "@agent-roles/runtime/role-env";
import type { RoleEnvSource } from "@agent-roles/runtime/role-sources";
import { type Command, Option } from "commander";
import type { CliContext } from "./cli-context.ts";
import { envSource } from "./env-source.ts";

/** Adds `--env-file FILE`. */
export function withEnvFile(command: Command): Command {
  return command.addOption(
    new Option("--env-file <file>", "dotenv file with AWS_ROLE_N and other variables; they override the environment"),
  );
}

/** Adds `--access LEVEL`. */
export function withAccess(command: Command): Command {
  return command.addOption(
    new Option("--access <level>", "limit sessions: view lists, read also reads data, neither returns secrets").choices(
      ACCESS_LEVELS,
    ),
  );
}

/** The variables of {@link envSource}. @throws {AgentRolesError} `RolesUnreadable`. */
export async function readEnv(context: CliContext, envFile: string | undefined): Promise<Env> {
  return envSource(context, envFile).read();
}

/**
 * {@link readEnv} and its source, for commands that need roles. Prints the warnings.
 *
 * @throws {AgentRolesError} `InvalidRoleEnv` without any role, unless `canBeEmpty`.
 */
export async function readRoleEnv(
  context: CliContext,
  envFile: string | undefined,
  access?: AccessLevel,
  { canBeEmpty = false }: { readonly canBeEmpty?: boolean } = {},
): Promise<{ readonly env: Env; readonly roleEnv: ParsedRoleEnv; readonly source: RoleEnvSource }> {
  const source = envSource(context, envFile, access && { access });
  const env = await source.read();
  const roleEnv = parseRoleEnv(env);
  const { roles, warnings } = roleEnv;
  for (const warning of warnings) context.err(`warning: ${formatDiagnostic(warning)}`);
  if (roles.length === 0 && !(canBeEmpty && misnamedRoles(env, 0).length === 0)) throw noRoles(env);
  return { env, roleEnv, source };
}
