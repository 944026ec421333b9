import { checkTrust } from "@agent-roles/trust";
import { SEVERITIES } from "@agent-roles/trust/severity";
import { z } from "zod";
import { type AddTool, defineTool } from "../define-tool.ts";
import type { McpContext } from "../mcp-context.ts";
import { readTrustSet } from "./trust-set.ts";

/** Findings in one answer; the worst come first. */
const MOST_FINDINGS = 100;

const input = z.strictObject({
  path: z
    .string()
    .min(1)
    .max(4_096)
    .describe("cdk.out, a template, a Terraform plan or a policy, below the working directory"),
});

const output = z.object({
  findings: z.array(
    z.object({
      id: z.string(),
      severity: z.enum(SEVERITIES),
      role: z.string(),
      statement: z.union([z.string(), z.number()]).optional(),
      message: z.string(),
      fix: z.string(),
      location: z.object({ file: z.string(), line: z.number().optional(), path: z.string().optional() }),
    }),
  ),
  total: z.number().describe("number of findings; more than findings has when there are too many for one answer"),
  suppressed: z.number(),
  roles: z.number().describe("number of roles that were checked"),
  brokenExpectations: z.number(),
  unread: z.array(z.object({ file: z.string(), reason: z.string() })),
});

/** `check_trust`: the findings of `agent-roles check`, offline. */
export function checkTrustTool({ cwd, clock }: McpContext): AddTool {
  return defineTool({
    name: "check_trust",
    title: "Check trust policies",
    description:
      "Check the IAM trust policies in templates, offline: errors that AWS rejects or that never match, and exposure. Reads files only.",
    input,
    output,
    annotations: { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false },
    run: async ({ path }) => {
      const { roles, context, manifest, unread } = await readTrustSet(path, { cwd, now: clock.now() });
      const { expect: expectations = [], suppressions = [] } = manifest?.trust ?? {};
      const checked = checkTrust({ roles, context, expectations, suppressions });
      return {
        findings: checked.findings.slice(0, MOST_FINDINGS),
        total: checked.findings.length,
        suppressed: checked.suppressed.length,
        roles: roles.length,
        brokenExpectations: checked.expectations.filter(({ holds }) => !holds).length,
        unread: [...unread],
      };
    },
  });
}
