import { sessionCache } from "@agent-roles/runtime/cache";
import { type AccessLevel, isRole } from "@agent-roles/runtime/role-env";
import { type RoleEnvSource, roleEnvSource } from "@agent-roles/runtime/role-sources";
import type { CliContext } from "./cli-context.ts";

/**
 * The sources of a command's variables: the environment, overridden by an env file, overridden by the secret in
 * `AGENT_ROLES_SECRET_ID`. Each read exports the file's variables for the AWS SDK, such as `AWS_PROFILE`, and restores variables that are no
 * longer in the file. An `AWS_PROFILE` that names one of the profiles is left out where the master's credentials do not come from it.
 *
 * @param options.limitMs - time limit for the secret, milliseconds; after it `Unavailable` is thrown.
 * @param options.access - no role gets more.
 */
export function envSource(
  { env, exportEnv, clock }: Pick<CliContext, "env" | "exportEnv" | "clock">,
  envFile: string | undefined,
  { limitMs = Infinity, access }: { readonly limitMs?: number; readonly access?: AccessLevel } = {},
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
  // The master reads the secret, and its role may have to be assumed first.
  const cache = sessionCache({ env, clock });
  const onProfileIgnored = (): void => exportEnv({ AWS_PROFILE: undefined });
  return roleEnvSource({
    env,
    clock,
    cache,
    limitMs,
    onProfileIgnored,
    ...(access !== undefined && { access }),
    ...(envFile !== undefined && { envFile, onEnvFile }),
  });
}
