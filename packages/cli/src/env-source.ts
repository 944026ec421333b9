import { isRole } from "@agent-roles/runtime/role-env";
import { readEnvFile, type RoleEnvSource, roleEnvSource } from "@agent-roles/runtime/role-sources";
import type { CliContext } from "./cli-context.ts";

/**
 * Where a command's variables come from: the environment, over it an env file, over both the secret that `AGENT_ROLES_SECRET_ID`
 * names. What the file says to the AWS SDK, such as `AWS_PROFILE`, is exported.
 *
 * @throws {AgentRolesError} `RolesUnreadable` when the file cannot be read.
 */
export async function envSource(
  { env, exportEnv }: Pick<CliContext, "env" | "exportEnv">,
  envFile: string | undefined,
): Promise<RoleEnvSource> {
  if (envFile === undefined) return roleEnvSource({ env });
  const file = Object.entries(await readEnvFile(envFile));
  exportEnv(
    Object.fromEntries(file.flatMap(([name, value]) => (value === undefined || isRole(name) ? [] : [[name, value]]))),
  );
  return roleEnvSource({ env, envFile });
}
