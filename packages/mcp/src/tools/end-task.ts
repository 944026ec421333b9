import { z } from "zod";
import { type AddTool, defineTool } from "../define-tool.ts";
import type { OpenTasks } from "../open-tasks.ts";

const input = z.strictObject({ id: z.string().max(64).describe("ID of an open task") });

const output = z.object({ task: z.string(), removed: z.array(z.string()).describe("profiles that are gone") });

/** `end_task`: removes the profiles of a task. */
export function endTaskTool(tasks: OpenTasks): AddTool {
  return defineTool({
    name: "end_task",
    title: "End a task",
    description:
      "End a task and remove its profiles. Programs that already hold its credentials keep them until these expire.",
    input,
    output,
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    run: async ({ id }) => ({ task: id, removed: [...(await tasks.end(id))] }),
  });
}
