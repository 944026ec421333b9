import type { AgentRolesError } from "@agent-roles/runtime";
import type { ExitCode } from "./cli-context.ts";

/** 2 for errors in the configuration, 1 for failures of a role or of AWS. */
export function exitCodeOf({ code }: AgentRolesError): ExitCode {
  return ["InvalidRoleEnv", "RolesUnreadable", "UnknownProfile"].includes(code) ? 2 : 1;
}
