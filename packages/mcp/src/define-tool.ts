import { escapeControlCharacters } from "@agent-roles/runtime/role-env";
import type { CallToolResult, McpServer, StandardSchemaWithJSON, ToolAnnotations } from "@modelcontextprotocol/server";
import { z } from "zod";
import { McpError } from "./mcp-error.ts";

/** Adds a tool to a server. */
export type AddTool = (server: McpServer) => void;

export interface ToolDefinition<Input extends z.ZodType, Output extends z.ZodType> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly input: Input;
  readonly output: Output;
  /** All four. They are hints for clients and limit nothing. */
  readonly annotations: Required<Omit<ToolAnnotations, "title">>;
  readonly run: (input: z.output<Input>) => Promise<z.input<Output>>;
}

/** Text from outside (descriptions, messages of STS, templates) is cut at this length. */
const LONGEST_TEXT = 2_000;

/**
 * A tool that answers with structured output and, for older clients, the same as JSON text. Every failure is a result with `isError`
 * and the JSON text `{"code", "message", "fix"}`.
 */
export function defineTool<Input extends z.ZodType, Output extends z.ZodType>({
  name,
  input,
  output,
  run,
  ...about
}: ToolDefinition<Input, Output>): AddTool {
  const answer = async (given: unknown): Promise<CallToolResult> => {
    try {
      const parsed = input.safeParse(given);
      if (!parsed.success) {
        const wrong = new Set(parsed.error.issues.map(({ path: [field] }) => String(field)));
        const fields = Object.entries(input instanceof z.ZodObject ? input.shape : {}).flatMap(
          ([field, { description }]) => (wrong.has(field) && description ? [` ${field}: ${description}.`] : []),
        );
        const fix = `Call ${name} with arguments that match its input schema.${fields.join("")}`;
        const problems = parsed.error.issues.map(({ path, message }) =>
          [path.join("."), message].filter(Boolean).join(": "),
        );
        throw new McpError("InvalidArguments", problems.join("; "), fix);
      }
      const structuredContent = harmless(output.parse(await run(parsed.data)));
      return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent };
    } catch (error) {
      return { isError: true, content: [{ type: "text", text: JSON.stringify(harmless(failure(error))) }] };
    }
  };
  return (server) => {
    server.registerTool(name, { ...about, inputSchema: advertised(input), outputSchema: output }, answer);
  };
}

/** The schema for clients. `answer` validates, so that wrong arguments get a fix as every other failure does. */
function advertised(schema: z.ZodType): StandardSchemaWithJSON {
  return { "~standard": { ...schema["~standard"], validate: (value) => ({ value }) } };
}

function failure(error: unknown): { readonly code: string; readonly message: string; readonly fix: string } {
  if (!(error instanceof Error)) return { code: "Unknown", message: String(error), fix: REPORT };
  const code = "code" in error ? String(error.code) : "Unknown";
  return {
    code,
    message: error.message.replaceAll(/\s*\n\s*/g, "; "),
    fix: "fix" in error ? String(error.fix) : (FIXES[code] ?? REPORT),
  };
}

const REPORT = "Report the message to the person who runs agent-roles mcp.";

/** Errors whose message has the fix of each problem. */
const FIXES: Readonly<Record<string, string>> = {
  InputNotFound: "Give a path that exists below the working directory of the server, such as cdk.out.",
  InvalidManifest: "Correct agent-roles.yaml in the working directory of the server.",
};

function harmless<T>(value: T): T {
  return cut(escapeControlCharacters(value));
}

function cut<T>(value: T): T {
  return JSON.parse(JSON.stringify(value), (_, each: unknown) =>
    typeof each === "string" && each.length > LONGEST_TEXT
      ? `${each.slice(0, LONGEST_TEXT)}… (${each.length - LONGEST_TEXT} more characters)`
      : each,
  );
}
