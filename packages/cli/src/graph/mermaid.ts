import { groupBy } from "@agent-roles/iam";
import type { GraphEdge, GraphNode, TrustGraph } from "@agent-roles/trust";

/**
 * The graph as a Mermaid flowchart, which code hosts draw in Markdown.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export function mermaid({ nodes, edges }: TrustGraph): string {
  // IDs of its own: an ARN holds what means something to Mermaid.
  const ids = new Map(nodes.map(({ id }, index) => [id, `n${index}`]));
  const line = (node: GraphNode): string => `${ids.get(node.id)}[${label(node)}]:::${className(node)}`;
  const clusters = [...groupBy(nodes.filter(isInCluster), ({ account = "" }) => account)].map(([account, own], index) =>
    [`  subgraph a${index}["account ${encode(account)}"]`, ...own.map((node) => `    ${line(node)}`), "  end"].join(
      "\n",
    ),
  );
  return [
    "flowchart LR",
    ...nodes.filter((node) => !isInCluster(node)).map((node) => `  ${line(node)}`),
    ...clusters,
    ...edges.map(({ from, to, label: text }) => `  ${ids.get(from)} -->${edgeLabel(text)} ${ids.get(to)}`),
    ...linkStyles(edges),
    ...CLASSES,
  ].join("\n");
}

/** Fill, stroke and text of each class. All three are given, so that it reads on a light and on a dark page. */
export const COLORS: Readonly<Record<string, readonly [fill: string, stroke: string, text: string]>> = {
  master: ["#1f6feb", "#0b3d91", "#ffffff"],
  target: ["#ddf4ff", "#1f6feb", "#0a3069"],
  role: ["#eaeef2", "#6e7781", "#24292f"],
  entry: ["#eaeef2", "#6e7781", "#24292f"],
  outside: ["#fff1d6", "#bc4c00", "#5c2600"],
  danger: ["#ffdcd7", "#cf222e", "#82071e"],
};

const CLASSES = Object.entries(COLORS).map(
  ([name, [fill, stroke, text]]) =>
    `  classDef ${name} fill:${fill},stroke:${stroke},color:${text}${name === "danger" ? ",stroke-width:3px" : ""}`,
);

export const EDGE_COLORS: Readonly<Record<GraphEdge["kind"], string>> = {
  assume: "#1f6feb",
  outside: "#bc4c00",
  escalation: "#cf222e",
};

function linkStyles(edges: readonly GraphEdge[]): readonly string[] {
  const indexed = edges.map(({ kind }, index) => ({ kind, index }));
  return [...groupBy(indexed, ({ kind }) => kind).values()].flatMap((same) =>
    same[0] ? `  linkStyle ${same.map(({ index }) => index).join(",")} stroke:${EDGE_COLORS[same[0].kind]}` : [],
  );
}

/** Which of {@link COLORS} a node has. */
export function className({ kind, outside, escalates }: GraphNode): string {
  if (escalates || kind === "anyone") return "danger";
  if (outside) return "outside";
  return kind === "master" || kind === "target" || kind === "role" ? kind : "entry";
}

/** Whether the node is drawn inside its account: those of the set are. */
export function isInCluster({ kind }: GraphNode): boolean {
  return kind === "master" || kind === "target" || kind === "role";
}

function label({ label: text, detail }: GraphNode): string {
  return `"${encode(text)}${detail === undefined ? "" : `<br/>${encode(detail)}`}"`;
}

function edgeLabel(text: string): string {
  return text === "" ? "" : `|"${encode(text)}"|`;
}

/** Mermaid's entity codes for all but plain characters. */
function encode(text: string): string {
  return text.replace(/[^\p{L}\p{N} .,:/@+=_-]/gu, (character) => `#${character.codePointAt(0)};`);
}
