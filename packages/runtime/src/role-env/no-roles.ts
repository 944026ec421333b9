import { AgentRolesError } from "../agent-roles-error.ts";
import type { Env } from "./env.ts";

/** Why an environment declares no role. */
export function noRoles(env: Env): AgentRolesError {
  const code = "InvalidRoleEnv";
  return env["AWS_ROLE"]
    ? new AgentRolesError("AWS_ROLE is set without a number", { code, fix: "Rename it to AWS_ROLE_1." })
    : new AgentRolesError("no AWS_ROLE_N is set", {
        code,
        fix: "Set AWS_ROLE_1=arn:aws:iam::<account>:role/<name>:<profile>. agent-roles env prints the values, and commands read them from a file with --env-file.",
      });
}
