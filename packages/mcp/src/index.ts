export type { McpContext } from "./mcp-context.ts";
export { serveMcp } from "./serve-mcp.ts";
export type { ServeMcpOptions } from "./serve-mcp.ts";
