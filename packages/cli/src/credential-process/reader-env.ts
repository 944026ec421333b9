import { isRole, mergeRoleEnv } from "@agent-roles/runtime/role-env";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * What `credential-process` inherits, less an `AWS_PROFILE` that names one of our own profiles: whoever starts a program with
 * `AWS_PROFILE=MyFirstAccount` says what the program is, not what the master is.
 *
 * @param file - the variables of the env file; an `AWS_PROFILE` in it is meant as it stands.
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
