import type { Env } from "./env.ts";
import { ACCESS_LEVELS, type AccessLevel } from "./target-role.ts";

/**
 * The same variables, with no role above this access level. A role that is narrower stays narrower; what is wrong in the variables stays,
 * for `parseRoleEnv` to report.
 */
export function limitAccess(env: Env, level: AccessLevel): Env {
  const wider = new Set(["", ...ACCESS_LEVELS.slice(ACCESS_LEVELS.indexOf(level))]);
  const roles = Object.keys(env).filter((name) => /^AWS_ROLE_\d+$/.test(name));
  const limited = roles.filter((name) => wider.has(env[`${name}_ACCESS`] ?? ""));
  return { ...env, ...Object.fromEntries(limited.map((name) => [`${name}_ACCESS`, level])) };
}
