import { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { GRAPH_FORMATS } from "../graph/format-names.ts";
import { oneOf } from "../one-of.ts";
import { readTrustSet, type TrustSetOptions, withTrustSet } from "../trust-set.ts";

/** `agent-roles graph`: a picture of who may become whom. */
export function graphCommand(context: CliContext): Command {
  return withTrustSet(new Command("graph"))
    .description("draw who may become whom")
    .option("--format <format>", GRAPH_FORMATS.join(", "), "mermaid")
    .action(async (paths: string[], options: TrustSetOptions & { readonly format: string }) => {
      const format = oneOf("--format", options.format, GRAPH_FORMATS);
      const { accessChanges, lintTrust } = await import("@agent-roles/trust");
      const { trustGraph } = await import("../graph/trust-graph.ts");
      const { formatGraph } = await import("../graph/graph-format.ts");
      const { roles, context: trust } = await readTrustSet(paths, options, context);
      const escalating = lintTrust(roles, trust).filter(({ id }) => id === "escalation-path");
      const graph = trustGraph(roles, {
        context: trust,
        // Against nothing, everything that anybody may become is new.
        becomes: accessChanges([], roles, trust),
        escalating: new Set(escalating.map(({ role }) => role)),
      });
      context.out(formatGraph(format, graph));
    });
}
