import { ACCESS_LEVELS, isSessionName } from "@agent-roles/runtime/role-env";
import { z } from "zod";
import { type AddTool, defineTool } from "../define-tool.ts";
import type { McpContext } from "../mcp-context.ts";
import { McpError } from "../mcp-error.ts";
import type { OpenTasks } from "../open-tasks.ts";
import { receiptSchema } from "../receipt.ts";
import { requireProfile } from "./whoami.ts";

const input = z.strictObject({
  id: z
    .string()
    .refine(isSessionName, "use 2 to 64 of: letters, digits, _ + . @ -")
    .describe("ID of the task, such as INC-42: the role session name in CloudTrail and the start of the profile names"),
  profiles: z
    .array(z.string().max(256))
    .min(1, "name at least one profile: there is no default profile")
    .max(20)
    .describe("names from list_profiles"),
  onBehalfOf: z
    .string()
    .refine(isSessionName, "use 2 to 64 of: letters, digits, _ + = , . @ -")
    .optional()
    .describe("the person who asked for the work, such as alice@example.com: the source identity in CloudTrail"),
  access: z
    .enum(ACCESS_LEVELS)
    .default("read")
    .describe("view lists, read also reads data, full is what the role allows; never more than the profile allows"),
  ttlSeconds: z.int().min(60).max(3_600).default(900).describe("the task ends after this time"),
});

const output = z.object({
  task: z.string(),
  endsAt: z.string(),
  profiles: z.array(receiptSchema.and(z.object({ of: z.string().describe("the declared profile") }))),
});

/** `open_task`: profiles that exist only for one task. */
export function openTaskTool({ roles, onBehalfOf: person }: McpContext, tasks: OpenTasks): AddTool {
  return defineTool({
    name: "open_task",
    title: "Open a task",
    description:
      "Open a task in one or more AWS accounts and get profiles that exist only for it: use each with aws --profile, boto3 or mcp-proxy-for-aws. " +
      "AWS enforces the access level. Use read unless the work needs more. End the task with end_task as soon as the work is done.",
    input,
    output,
    annotations: { readOnlyHint: false, destructiveHint: false, idempotentHint: false, openWorldHint: true },
    run: async ({ onBehalfOf = person, profiles, ...options }) => {
      if (person !== undefined && onBehalfOf !== person) {
        const fix = `Leave onBehalfOf out: this server runs all tasks on behalf of ${person}.`;
        throw new McpError("OnBehalfOfRefused", `tasks on behalf of ${onBehalfOf} are refused`, fix);
      }
      for (const profile of profiles) requireProfile(roles, profile);
      if (new Set(profiles).size < profiles.length) {
        throw new McpError("InvalidArguments", "profiles names a profile twice", "Name each profile once.");
      }
      const { task, receipts } = await tasks.open({
        ...options,
        profiles,
        ...(onBehalfOf !== undefined && { onBehalfOf }),
      });
      return {
        task: task.id,
        endsAt: (task.endsAt ?? new Date(0)).toISOString(),
        profiles: receipts.map((each, index) => ({ ...each, of: profiles[index] ?? "" })),
      };
    },
  });
}
