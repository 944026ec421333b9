import { definedOnly } from "@agent-roles/runtime/role-env";
import { findCaller, simulate } from "@agent-roles/trust";
import { z } from "zod";
import { type AddTool, defineTool } from "../define-tool.ts";
import type { McpContext } from "../mcp-context.ts";
import { listed, McpError } from "../mcp-error.ts";
import { readTrustSet } from "./trust-set.ts";

const input = z.strictObject({
  from: z
    .string()
    .min(1)
    .max(2_048)
    .describe("caller: the ARN of a role, session, user or identity provider, or a service"),
  to: z.string().min(1).max(2_048).describe("ARN of the role to assume; the templates declare it"),
  path: z.string().min(1).max(4_096).default("cdk.out").describe("templates, below the working directory"),
  externalId: z.string().max(1_224).optional().describe("default: the one that agent-roles.yaml declares"),
  sourceIdentity: z.string().max(64).optional(),
  sessionTags: z.record(z.string().max(128), z.string().max(256)).optional(),
});

const decision = z.enum(["allowed", "denied", "uncertain"]);

const output = z.object({
  decision,
  from: z.string(),
  to: z.string(),
  reasons: z.array(
    z.object({
      effect: decision,
      action: z.string(),
      policy: z.string(),
      statement: z.union([z.string(), z.number()]).optional(),
      message: z.string(),
    }),
  ),
});

/** `explain_access`: one AssumeRole decision against templates and manifest, offline. */
export function explainAccessTool({ cwd, clock }: McpContext): AddTool {
  return defineTool({
    name: "explain_access",
    title: "Explain an AssumeRole decision",
    description:
      "Explain whether a caller can assume a role according to templates below the working directory, policy by policy. Reads files only.",
    input,
    output,
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    run: async ({ from, to, path, externalId, sourceIdentity, sessionTags }) => {
      const { roles, context } = await readTrustSet(path, { cwd, now: clock.now() });
      const role = roles.find(({ arn }) => arn === to);
      if (!role) {
        const fix = `Use one of the roles that it declares: ${listed(roles.map(({ arn }) => arn))}.`;
        throw new McpError("UnknownRole", `${path} declares no role ${to}`, fix);
      }
      const caller = findCaller(from, roles, context);
      if (!caller) {
        const fix = "Use an ARN, such as arn:aws:iam::<account>:role/<name>, or a service, such as ec2.amazonaws.com.";
        throw new McpError("UnknownCaller", `"${from}" is neither an ARN of a principal nor a service`, fix);
      }
      const passed = externalId ?? context.expectedRoles?.find(({ roleArn }) => roleArn === to)?.externalId;
      const request = definedOnly({ externalId: passed, sourceIdentity, sessionTags });
      const { answer } = simulate(caller, role, request, context);
      return { decision: answer.decision, from, to, reasons: [...answer.reasons] };
    },
  });
}
