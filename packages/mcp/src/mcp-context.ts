import type { AgentRoles, Clock } from "@agent-roles/runtime";
import type { Env } from "@agent-roles/runtime/role-env";
import type { Identify } from "./receipt.ts";

/** What the tools work on. */
export interface McpContext {
  readonly roles: AgentRoles;
  /** The variables that `roles` was made from. */
  readonly env: Env;
  readonly clock: Clock;
  readonly identify: Identify;
  /** Trust tools read files below this directory only. */
  readonly cwd: string;
  /** The person on whose behalf all tasks run. Without it, the caller of `open_task` names the person. */
  readonly onBehalfOf?: string;
}
