import type { AccessLevel } from "@agent-roles/runtime/role-env";
import { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { eventLine } from "../event-line.ts";
import { named } from "../options.ts";
import { ownVersion } from "../own-version.ts";
import { readRoleEnv, withAccess, withEnvFile } from "../read-env.ts";

const HELP = `
Tools: list_profiles, open_task, end_task, whoami, explain_access, check_trust. None returns credentials.
Standard output is the protocol; events and warnings go to standard error.

Example for Claude Code:
  claude mcp add agent-roles -- agent-roles mcp --env-file agent-roles.env --on-behalf-of alice@example.com`;

/** `agent-roles mcp`: the MCP server on stdio. */
export function mcpCommand(context: CliContext): Command {
  return withAccess(withEnvFile(new Command("mcp")))
    .description("serve profiles and tasks to an AI agent over MCP, on standard input and output")
    .addOption(named("--on-behalf-of <person>", "person on whose behalf all tasks run; the source identity"))
    .addHelpText("after", HELP)
    .action(async (options: { envFile?: string; access?: AccessLevel; onBehalfOf?: string }) => {
      const { access, envFile } = options;
      const { env } = await readRoleEnv(context, envFile, access);
      const onBehalfOf = options.onBehalfOf ?? (env["AGENT_ROLES_ON_BEHALF_OF"] || env["AGENT_ROLES_SOURCE_IDENTITY"]);
      const { createAgentRoles } = await import("@agent-roles/runtime");
      const { serveMcp } = await import("@agent-roles/mcp");
      const { clock, signal } = context;
      const roles = createAgentRoles({
        env,
        clock,
        onEvent: (event) => {
          // The end of a task is no change of the definitions.
          if (event.type === "rolesChanged") return;
          const line = eventLine(event, { at: new Date(clock.now()), color: context.color, retries: true });
          if (line !== undefined) context.err(line);
        },
      });
      await serveMcp({
        roles,
        env,
        clock,
        cwd: ".",
        signal,
        version: ownVersion(),
        onError: ({ message }) => context.err(`warning: ${message.replaceAll(/\s+/g, " ").slice(0, 300)}`),
        ...(onBehalfOf && { onBehalfOf }),
      });
    });
}
