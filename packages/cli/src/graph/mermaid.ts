import { groupBy } from "@agent-roles/iam";
import type { GraphEdge, GraphNode, TrustGraph } from "@agent-roles/trust";

/**
 * The graph as a Mermaid flowchart, which code hosts draw in Markdown.
 *
 * @see https://mermaid.js.org/syntax/flowchart.html
 */
export function mermaid({ nodes, edges }: TrustGraph): string {
  // Ids of its own: an ARN holds what means something to Mermaid.
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

// Both colours of each class are given, so that it reads on a light and on a dark page.
const CLASSES = [
  "  classDef master fill:#1f6feb,stroke:#0b3d91,color:#ffffff",
  "  classDef target fill:#ddf4ff,stroke:#1f6feb,color:#0a3069",
  "  classDef role fill:#eaeef2,stroke:#6e7781,color:#24292f",
  "  classDef entry fill:#eaeef2,stroke:#6e7781,color:#24292f",
  "  classDef outside fill:#fff1d6,stroke:#bc4c00,color:#5c2600",
  "  classDef danger fill:#ffdcd7,stroke:#cf222e,color:#82071e,stroke-width:3px",
];

const LINK_COLORS: Readonly<Record<GraphEdge["kind"], string>> = {
  assume: "#1f6feb",
  outside: "#bc4c00",
  escalation: "#cf222e",
};

function linkStyles(edges: readonly GraphEdge[]): readonly string[] {
  const indexed = edges.map(({ kind }, index) => ({ kind, index }));
  return [...groupBy(indexed, ({ kind }) => kind).values()].flatMap((same) =>
    same[0] ? `  linkStyle ${same.map(({ index }) => index).join(",")} stroke:${LINK_COLORS[same[0].kind]}` : [],
  );
}

/** Which of {@link CLASSES} a node is of. */
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
