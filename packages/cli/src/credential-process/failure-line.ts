import { type AgentRolesError, safeOutput } from "@agent-roles/runtime/role-env";

/** A failure on one line, because SDKs copy it into their own messages. */
export function failureLine({ code, message, fix }: Pick<AgentRolesError, "code" | "message" | "fix">): string {
  return safeOutput(`agent-roles: ${code}: ${message}; fix: ${fix}`.replaceAll(/\s*\n\s*/g, "; "));
}
