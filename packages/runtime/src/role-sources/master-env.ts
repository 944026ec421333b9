import { readProfile } from "../aws-files/profile-setting.ts";
import { givesCredentials } from "../cache/local-caller.ts";
import type { Env } from "../role-env/env.ts";
import { isRole } from "../role-env/index.ts";

/**
 * The environment without an `AWS_PROFILE` that cannot be the master: one of the profiles of `AWS_ROLE_N`, for which the shared files
 * have no credentials but ours. The programs that use the profiles are often started with the same variables.
 */
export function masterEnv(env: Env): Env {
  const profile = env["AWS_PROFILE"];
  if (!profile) return env;
  const isDeclared = Object.entries(env).some(([name, value]) => isRole(name) && value?.endsWith(`:${profile}`));
  const isOurs = isDeclared || readProfile(profile, env).some(({ managed }) => managed);
  if (!isOurs || givesCredentials(profile, env)) return env;
  const { AWS_PROFILE: _, ...rest } = env;
  return rest;
}
