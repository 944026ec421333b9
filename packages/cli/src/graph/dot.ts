import { groupBy } from "@agent-roles/iam";
import { className, isInCluster } from "./mermaid.ts";
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
  return `${quoted(id)} [label=${quoted(text)} ${COLORS[className(node)] ?? ""}]`;
}

const COLORS: Readonly<Record<string, string>> = {
  master: 'fillcolor="#1f6feb" color="#0b3d91" fontcolor="#ffffff"',
  target: 'fillcolor="#ddf4ff" color="#1f6feb" fontcolor="#0a3069"',
  role: 'fillcolor="#eaeef2" color="#6e7781" fontcolor="#24292f"',
  entry: 'fillcolor="#eaeef2" color="#6e7781" fontcolor="#24292f"',
  outside: 'fillcolor="#fff1d6" color="#bc4c00" fontcolor="#5c2600"',
  danger: 'fillcolor="#ffdcd7" color="#cf222e" fontcolor="#82071e" penwidth=3',
};

const EDGE_COLORS: Readonly<Record<GraphEdge["kind"], string>> = {
  assume: "#1f6feb",
  outside: "#bc4c00",
  escalation: "#cf222e",
};

function edgeLine({ from, to, kind, label }: GraphEdge): string {
  return `  ${quoted(from)} -> ${quoted(to)} [color="${EDGE_COLORS[kind]}" label=${quoted(label)}]`;
}

/** A quoted id or label. A backslash would begin one of Graphviz's escapes, such as \N for the node's name. */
function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
