import { xmlText } from "../../check-formats/xml-text.ts";
import { className } from "../mermaid.ts";
import { drawEdges } from "./edges.ts";
import { DETAIL_LENGTH, LABEL_LENGTH, layOut, type PlacedCluster, type PlacedNode } from "./layout.ts";
import { STYLE } from "./style.ts";
import { shorten } from "./text.ts";
import type { GraphEdge, TrustGraph } from "@agent-roles/trust";

/** The graph as a picture: self-contained, without scripts, readable on a light and on a dark page. */
export function svg(graph: TrustGraph): string {
  const layout = layOut(graph);
  const { width, height } = layout;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Who can assume which role">`,
    "<title>Who can assume which role</title>",
    `<style>${STYLE}</style>`,
    `<defs>${EDGE_KINDS.map(arrowHead).join("")}</defs>`,
    `<rect class="page" width="${width}" height="${height}" rx="8"/>`,
    ...legend(new Set(graph.edges.map(({ kind }) => kind))),
    ...layout.clusters.map(drawCluster),
    ...drawEdges(graph.edges, layout),
    ...[...layout.nodes.values()].map(drawNode),
    "</svg>",
  ].join("\n");
}

const EDGE_KINDS = ["assume", "outside", "escalation"] as const;

function arrowHead(kind: string): string {
  return `<marker id="${kind}" viewBox="0 0 8 8" refX="1" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="${kind}-head" d="M0 0L8 4L0 8z"/></marker>`;
}

function legend(kinds: ReadonlySet<GraphEdge["kind"]>): readonly string[] {
  const entries = [
    ["assume", "can assume"],
    ["outside", "external principal"],
    ["escalation", "a role assumes another, without the master"],
  ] as const;
  const shown = entries.filter(([kind]) => kinds.has(kind));
  return shown.map(([kind, text], index) => {
    const x = 24 + index * 190;
    return `<g class="${kind}"><path d="M${x} 24h24" marker-end="url(#${kind})"/><text class="legend" x="${x + 40}" y="28">${text}</text></g>`;
  });
}

function drawCluster({ account, x, y, width, height }: PlacedCluster): string {
  return `<g class="cluster"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="10"/><text x="${x + 14}" y="${y + 17}">account ${xmlText(account)}</text></g>`;
}

function drawNode({ node, x, y, width, height }: PlacedNode): string {
  const center = x + width / 2;
  const line = (text: string, dy: number, style: string): string =>
    `<text class="${style}" x="${center}" y="${y + dy}" text-anchor="middle">${xmlText(shorten(text, style === "name" ? LABEL_LENGTH : DETAIL_LENGTH))}</text>`;
  const { label, detail } = node;
  const texts = detail === undefined ? line(label, 26, "name") : line(label, 18, "name") + line(detail, 33, "detail");
  return `<g class="${className(node)}"><title>${xmlText(node.id)}</title><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="7"/>${texts}</g>`;
}
