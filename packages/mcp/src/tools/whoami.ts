import type { AgentRoles } from "@agent-roles/runtime";
import { AgentRolesError } from "@agent-roles/runtime/role-env";
import { z } from "zod";
import { type AddTool, defineTool } from "../define-tool.ts";
import type { McpContext } from "../mcp-context.ts";
import { listed, McpError } from "../mcp-error.ts";
import type { OpenTasks } from "../open-tasks.ts";
import { receipt, receiptSchema } from "../receipt.ts";

const input = z.strictObject({
  profile: z.string().min(1).max(256).describe("a profile of an open task, or a name from list_profiles"),
});

/** `whoami`: the receipt of one profile. */
export function whoamiTool({ roles, env, identify }: McpContext, tasks: OpenTasks): AddTool {
  return defineTool({
    name: "whoami",
    title: "Show who a profile is",
    description:
      "Ask AWS who a profile is: account, role, caller ARN, access level, task, expiration. Fails if it is not the role that is declared.",
    input,
    output: receiptSchema,
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: true },
    run: async ({ profile: name }) => {
      const { task, profile } = tasks.find(name) ?? { profile: name };
      if (!task) {
        requireProfile(roles, name, tasks.profiles());
        const credentials = await roles
          .credentials(name)()
          .catch((error: unknown) => {
            throw suggestTask(error);
          });
        return receipt(name, roles.target(name), credentials, { env, identify });
      }
      const attributes = { task: task.id, ...(task.onBehalfOf !== undefined && { sourceIdentity: task.onBehalfOf }) };
      return receipt(name, task.target(profile), await task.credentials(profile)(), { env, identify, ...attributes });
    },
  });
}

/** STS refuses a session without a task where the role requires attribution. */
function suggestTask(error: unknown): unknown {
  if (!(error instanceof AgentRolesError) || error.code !== "AccessDenied") return error;
  const { code, message } = error;
  const fix = `If the role requires a task: call open_task with this profile, then whoami with the profile that it returns. Else: ${error.fix}`;
  return new AgentRolesError(message, { code, fix, cause: error });
}

/** @throws {McpError} `UnknownProfile` with the names that exist. */
export function requireProfile(roles: AgentRoles, name: string, ofTasks: readonly string[] = []): void {
  const names = [...roles.profiles().map(({ profile }) => profile), ...ofTasks];
  if (names.includes(name)) return;
  const fix =
    names.length > 0
      ? `Use one of: ${listed(names)}. There is no default profile; ask the person if several fit.`
      : "No profile is declared. Ask the person to set AWS_ROLE_1 for agent-roles mcp.";
  throw new McpError("UnknownProfile", `there is no profile ${JSON.stringify(name)}`, fix);
}
