import { Command } from "commander";
import type { CliContext } from "../cli-context.ts";
import { GRAPH_FORMATS } from "../graph/format-names.ts";
import { oneOf } from "../options.ts";
import { readTrustSet, roleArnOption, type TrustSetOptions, warnOfUnread, withTrustSet } from "../trust-set.ts";

/** `agent-roles graph`: draws who can assume which role. */
export function graphCommand(context: CliContext): Command {
  return withTrustSet(new Command("graph"))
    .description("draw who can assume which role")
    .addOption(roleArnOption())
    .option("--format <format>", GRAPH_FORMATS.join(", "), "mermaid")
    .action(async (paths: string[], options: TrustSetOptions & { readonly format: string }) => {
      const format = oneOf("--format", options.format, GRAPH_FORMATS);
      const { runRules, trustGraph } = await import("@agent-roles/trust");
      const { formatGraph } = await import("../graph/graph-format.ts");
      const set = await readTrustSet(paths, options, context);
      warnOfUnread(set, context);
      const { roles, context: trust } = set;
      const escalating = runRules(roles, trust).filter(({ id }) => id === "escalation-path");
      const graph = trustGraph(roles, trust, new Set(escalating.map(({ role }) => role)));
      context.out(formatGraph(format, graph));
    });
}
