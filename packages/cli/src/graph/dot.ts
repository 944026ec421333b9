import { groupBy } from "@agent-roles/iam";
import { className, COLORS, EDGE_COLORS, isInCluster } from "./mermaid.ts";
import type { GraphEdge, GraphNode, TrustGraph } from "@agent-roles/trust";

/**
 * The graph in Graphviz's language.
 *
 * @see https://graphviz.org/doc/info/lang.html
 */
export function dot({ nodes, edges }: TrustGraph): string {
  const clusters = [...groupBy(nodes.filter(isInCluster), ({ account = "" }) => account)].map(([account, own], index) =>
    [
      `  subgraph cluster_${index} {`,
      `    label=${quoted(`account ${account}`)} color="#6e7781" fontcolor="#57606a" style=rounded`,
      ...own.map((node) => `    ${nodeLine(node)}`),
      "  }",
    ].join("\n"),
  );
  return [
    "digraph trust {",
    "  rankdir=LR",
    '  node [shape=box style="rounded,filled" fontname="sans-serif"]',
    '  edge [fontname="sans-serif" fontsize=10]',
    ...nodes.filter((node) => !isInCluster(node)).map((node) => `  ${nodeLine(node)}`),
    ...clusters,
    ...edges.map(edgeLine),
    "}",
  ].join("\n");
}

function nodeLine(node: GraphNode): string {
  const { id, label, detail } = node;
  const text = detail === undefined ? label : `${label}\n${detail}`;
  const name = className(node);
  const [fill, stroke, color] = COLORS[name] ?? [];
  const colors = `fillcolor="${fill}" color="${stroke}" fontcolor="${color}"${name === "danger" ? " penwidth=3" : ""}`;
  return `${quoted(id)} [label=${quoted(text)} ${colors}]`;
}

function edgeLine({ from, to, kind, label }: GraphEdge): string {
  return `  ${quoted(from)} -> ${quoted(to)} [color="${EDGE_COLORS[kind]}" label=${quoted(label)}]`;
}

/** A quoted ID or label. A backslash would begin one of Graphviz's escapes, such as \N for the node's name. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
