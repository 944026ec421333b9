import { AgentRolesError } from "../agent-roles-error.ts";
import type { Diagnostic } from "./diagnostic.ts";
import type { Env } from "./env.ts";
import { isRole } from "./merge-role-env.ts";

/** Why an environment declares no role. */
export function noRoles(env: Env): AgentRolesError {
  const [misnamed] = misnamedRoles(env, 0);
  const message = misnamed ? `${misnamed.path} ${misnamed.message}` : "no AWS_ROLE_N is set";
  const fix =
    misnamed?.fix ??
    "Set AWS_ROLE_1=arn:aws:iam::<account>:role/<name>:<profile>. agent-roles env prints the values, and commands read them from a file with --env-file.";
  return new AgentRolesError(message, { code: "InvalidRoleEnv", fix });
}

/**
 * Variables with the value of an `AWS_ROLE_N` and another name: `AWS_ROLE`, `AWS_ROLE1`, `AWS_ROLES_1`, `aws_role_1`.
 *
 * @param last - the last number that is taken.
 */
export function misnamedRoles(env: Env, last: number): Diagnostic[] {
  return Object.entries(env).flatMap(([path, value = ""]) => {
    const [, digits] = /^AWS_?ROLES?_?(\d*)$/i.exec(path) ?? [];
    if (digits === undefined || isRole(path) || !/^arn:[^:]*:iam::[^:]*:role\/[^:]+:./.test(value)) return [];
    const number = Number(digits) > last ? Number(digits) : last + 1;
    return [{ path, message: "is not of the form AWS_ROLE_N", fix: `Rename it to AWS_ROLE_${number}.` }];
  });
}
