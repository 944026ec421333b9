import { type Env, isRole, mergeRoleEnv } from "@agent-roles/runtime/role-env";

/**
 * The inherited environment of `credential-process`, without an `AWS_PROFILE` that names a profile of this project: in a program started
 * with `AWS_PROFILE=MyFirstAccount` the variable selects the program's credentials, not the master's.
 *
 * @param file - the variables of the env file. An `AWS_PROFILE` in it selects the master's credentials.
 */
export function readerEnv(env: Env, file: Env, profile: string): Env {
  const inherited = env["AWS_PROFILE"];
  if (!inherited || file["AWS_PROFILE"]) return env;
  const isOurs = Object.entries(mergeRoleEnv(env, file)).some(
    ([name, value]) => isRole(name) && value?.endsWith(`:${inherited}`),
  );
  if (!isOurs && inherited !== profile) return env;
  const { AWS_PROFILE: _, ...rest } = env;
  return rest;
}
