import { groupBy } from "@agent-roles/iam";
import { isInCluster } from "../mermaid.ts";
import type { GraphNode, TrustGraph } from "@agent-roles/trust";

/** Pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Pixels. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PlacedNode extends Box {
  readonly node: GraphNode;
  /** From 0: those outside, the master, all other roles. */
  readonly column: 0 | 1 | 2;
}

export interface PlacedCluster extends Box {
  readonly account: string;
}

export interface Layout {
  readonly nodes: ReadonlyMap<string, PlacedNode>;
  readonly clusters: readonly PlacedCluster[];
  readonly width: number;
  readonly height: number;
}

const NODE_HEIGHT = 42;
const NODE_GAP = 12;
const CLUSTER_GAP = 20;
const PADDING = 14;
const HEADING = 26;
const MARGIN = 24;
/** Between columns: room for the curves and the conditions on them. */
const GUTTER = 230;
/** Above the picture: the legend. */
const LEGEND = 40;
/** Right of the last column: room for the curves from role to role. */
const RIGHT = 70;

/** Three columns, read from left to right: who comes from elsewhere, the master, the roles by account. */
export function layOut({ nodes }: TrustGraph): Layout {
  const outsiders = nodes.filter((node) => !isInCluster(node));
  const masters = nodes.filter(({ kind }) => kind === "master");
  const others = nodes.filter((node) => isInCluster(node) && node.kind !== "master");
  const columns = [
    { column: 0 as const, groups: outsiders.map((node) => ({ account: "", nodes: [node] })) },
    { column: 1 as const, groups: byAccount(masters) },
    { column: 2 as const, groups: byAccount(others) },
  ].filter(({ groups }) => groups.length > 0);

  const height = Math.max(0, ...columns.map(({ groups }) => columnHeight(groups)));
  const placed = new Map<string, PlacedNode>();
  const clusters: PlacedCluster[] = [];
  let x = MARGIN;
  for (const { column, groups } of columns) {
    const width = Math.max(...groups.flatMap((group) => group.nodes.map(nodeWidth)));
    let y = LEGEND + MARGIN + (height - columnHeight(groups)) / 2;
    for (const group of groups) {
      const frame = group.account === "" ? 0 : PADDING;
      const heading = group.account === "" ? 0 : HEADING;
      if (group.account !== "") {
        clusters.push({ account: group.account, x, y, width: width + 2 * PADDING, height: groupHeight(group) });
      }
      group.nodes.forEach((node, index) => {
        const top = y + heading + index * (NODE_HEIGHT + NODE_GAP);
        placed.set(node.id, { node, column, x: x + frame, y: top, width, height: NODE_HEIGHT });
      });
      y += groupHeight(group) + (group.account === "" ? NODE_GAP : CLUSTER_GAP);
    }
    x += width + (column === 0 ? 0 : 2 * PADDING) + GUTTER;
  }
  const width = x - GUTTER + RIGHT;
  return { nodes: placed, clusters, width: Math.max(width, LEGEND_WIDTH), height: height + LEGEND + 2 * MARGIN };
}

/** The legend's own width. */
const LEGEND_WIDTH = 640;

interface Group {
  readonly account: string;
  readonly nodes: readonly GraphNode[];
}

function byAccount(nodes: readonly GraphNode[]): readonly Group[] {
  return [...groupBy(nodes, ({ account = "" }) => account)].map(([account, own]) => ({ account, nodes: own }));
}

function groupHeight({ account, nodes }: Group): number {
  const inner = nodes.length * (NODE_HEIGHT + NODE_GAP) - NODE_GAP;
  return account === "" ? inner : inner + HEADING + PADDING;
}

function columnHeight(groups: readonly Group[]): number {
  const gap = groups[0]?.account === "" ? NODE_GAP : CLUSTER_GAP;
  return groups.reduce((sum, group) => sum + groupHeight(group) + gap, -gap);
}

/** Characters that a label shows; the title has the whole text. */
export const LABEL_LENGTH = 36;

/** Characters of the second line, which is smaller. */
export const DETAIL_LENGTH = 48;

/** As wide as the longer line in a usual sans-serif font, of 13 pixels and bold, of 11 pixels. */
function nodeWidth({ label, detail = "" }: GraphNode): number {
  const name = Math.min(LABEL_LENGTH, label.length) * 8.2;
  return Math.max(150, Math.round(Math.max(name, Math.min(DETAIL_LENGTH, detail.length) * 6.6)) + 24);
}
