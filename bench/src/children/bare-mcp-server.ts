import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import process from "node:process";
import { z } from "zod";
import { roleArn } from "../harness/sts.ts";

// Answers as much as list_profiles does, from memory: so many profiles.
const profiles = Array.from({ length: Number(process.argv[2]) }, (_, index) => ({
  profile: `Profile${index}`,
  accountId: "123456789013",
  roleArn: roleArn(index),
  default: false,
  access: "full",
  status: "none",
}));
const outputSchema = z.object({
  profiles: z.array(
    z.object({
      profile: z.string(),
      accountId: z.string(),
      roleArn: z.string(),
      default: z.boolean(),
      access: z.string(),
      status: z.string(),
    }),
  ),
  total: z.number(),
});

serveStdio(() => {
  const server = new McpServer({ name: "bare", version: "1" });
  server.registerTool("list_profiles", { inputSchema: z.object({ limit: z.number() }), outputSchema }, async () => {
    const structuredContent = { profiles, total: profiles.length };
    return { content: [{ type: "text", text: JSON.stringify(structuredContent) }], structuredContent };
  });
  return server;
});
