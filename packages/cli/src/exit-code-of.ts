import type { AgentRolesError } from "@agent-roles/runtime";
import type { ExitCode } from "./cli-context.ts";

/** 2 for what is wrong with the configuration, 1 for what a role or AWS says. */
export function exitCodeOf({ code }: AgentRolesError): ExitCode {
  return ["InvalidRoleEnv", "RolesUnreadable", "UnknownProfile"].includes(code) ? 2 : 1;
}
