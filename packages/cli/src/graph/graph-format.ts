import { dot } from "./dot.ts";
import type { GraphFormat } from "./format-names.ts";
import { mermaid } from "./mermaid.ts";
import { svg } from "./svg/svg.ts";
import type { TrustGraph } from "@agent-roles/trust";
import { escapeControlCharacters } from "@agent-roles/runtime/role-env";

/** The graph as text, without a newline at its end. */
export function formatGraph(format: GraphFormat, graph: TrustGraph): string {
  const shown = escapeControlCharacters(graph);
  switch (format) {
    case "mermaid":
      return mermaid(shown);
    case "dot":
      return dot(shown);
    case "svg":
      return svg(shown);
  }
}
