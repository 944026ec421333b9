import { sessionCache } from "@agent-roles/runtime/cache";
import { isRole } from "@agent-roles/runtime/role-env";
import { type RoleEnvSource, roleEnvSource } from "@agent-roles/runtime/role-sources";
import type { CliContext } from "./cli-context.ts";

/**
 * Where a command's variables come from: the environment, over it an env file, over both the secret that `AGENT_ROLES_SECRET_ID`
 * names. What the file says to the AWS SDK, such as `AWS_PROFILE`, is exported on each reading, and what has left it is not any more.
 *
 * @param limitMs - within this time, milliseconds, the secret is there or `Unavailable` is thrown.
 */
export function envSource(
  { env, exportEnv, clock }: Pick<CliContext, "env" | "exportEnv" | "clock">,
  envFile: string | undefined,
  limitMs: number = Infinity,
): RoleEnvSource {
  let exported: readonly string[] = [];
  const onEnvFile = (file: Readonly<Record<string, string | undefined>>): void => {
    const names = Object.keys(file).filter((name) => !isRole(name));
    const left = exported.filter((name) => !names.includes(name));
    exported = names;
    exportEnv(
      Object.fromEntries([...left.map((name) => [name, env[name]]), ...names.map((name) => [name, file[name]])]),
    );
  };
  // Each look at a secret speaks as the master, which may have to be assumed first.
  const cache = sessionCache({ env, clock });
  return roleEnvSource({ env, clock, cache, limitMs, ...(envFile !== undefined && { envFile, onEnvFile }) });
}
