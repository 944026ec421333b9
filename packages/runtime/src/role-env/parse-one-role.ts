import { parseSessionEnv } from "./parse-session-env.ts";
import { parseTargetRole } from "./parse-target-role.ts";
import type { Env } from "./env.ts";
import type { RoleEnv, TargetRole } from "./target-role.ts";

/**
 * What {@link parseRoleEnv} says of one profile and of all roles, without a look at the other roles.
 *
 * @returns `undefined` when there is no such profile, or any mistake in what it needs: `parseRoleEnv` reports it.
 */
export function parseOneRole(
  env: Env,
  profile: string,
): { readonly target: TargetRole; readonly roleEnv: Omit<RoleEnv, "roles"> } | undefined {
  let number = 0;
  for (const name in env) {
    const digits = env[name]?.endsWith(`:${profile}`) ? /^AWS_ROLE_([1-9]\d*)$/.exec(name)?.[1] : undefined;
    if (digits === undefined) continue;
    // Two roles of one profile are a mistake.
    if (number > 0) return undefined;
    number = Number(digits);
  }
  if (number === 0 || profile === env["AWS_PROFILE"]) return undefined;
  let mistakes = 0;
  const report = (): void => {
    mistakes += 1;
  };
  const target = parseTargetRole(env, number, report);
  const roleEnv = parseSessionEnv(env, report);
  return target?.profile === profile && mistakes === 0 ? { target, roleEnv } : undefined;
}
