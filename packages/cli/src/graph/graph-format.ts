import { dot } from "./dot.ts";
import type { GraphFormat } from "./format-names.ts";
import { mermaid } from "./mermaid.ts";
import { svg } from "./svg.ts";
import type { TrustGraph } from "./trust-graph.ts";

/** The graph as text, without a newline at its end. */
export function formatGraph(format: GraphFormat, graph: TrustGraph): string {
  switch (format) {
    case "mermaid":
      return mermaid(graph);
    case "dot":
      return dot(graph);
    case "svg":
      return svg(graph);
  }
}
