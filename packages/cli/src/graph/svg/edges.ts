import { groupBy } from "@agent-roles/iam";
import { xmlText } from "../../check-formats/xml-text.ts";
import { bundles } from "./bundles.ts";
import type { Layout, PlacedNode, Point } from "./layout.ts";
import { cutOff } from "./text.ts";
import type { GraphEdge } from "@agent-roles/trust";

/** All edges as SVG, each with its conditions where it arrives. */
export function drawEdges(edges: readonly GraphEdge[], layout: Layout): string[] {
  const bends = new Map<string, number>();
  const ends = arrivals(edges, layout);
  const leaving = groupBy(edges, ({ from }) => from);
  const hubs = bundles(edges, layout);
  const drawn = edges.flatMap((edge) => {
    const from = layout.nodes.get(edge.from);
    const to = layout.nodes.get(edge.to);
    if (!from || !to) return [];
    // Curves beside each other, so that both can be seen.
    const side = from.column === to.column ? "right" : `${from.column}${to.column}`;
    const bend = bends.get(side) ?? 0;
    bends.set(side, bend + 1);
    const isOnly = leaving.get(edge.from)?.length === 1;
    return draw(
      edge,
      route(from, to, {
        layout,
        bend,
        arrival: ends.get(edge) ?? middle(to),
        labelAtStart: isOnly,
        hub: hubs.get(edge),
      }),
    );
  });
  // Words over lines: a line that is drawn later must not cross them out.
  return [...drawn.map(({ line }) => line), ...drawn.map(({ words }) => words).filter((words) => words !== "")];
}

interface Route {
  readonly path: string;
  /** The place of the conditions. */
  readonly label: { readonly x: number; readonly y: number; readonly anchor: "start" | "end" };
}

interface RouteOptions {
  readonly layout: Layout;
  /** Counts the edges between two columns. */
  readonly bend: number;
  /** Where it arrives, from the top of the picture. */
  readonly arrival: number;
  /** The conditions are where the edge leaves, because it is the only one there. */
  readonly labelAtStart: boolean;
  /** Where it leaves the others that lead to the same account. */
  readonly hub: Point | undefined;
}

function route(from: PlacedNode, to: PlacedNode, { layout, bend, arrival, labelAtStart, hub }: RouteOptions): Route {
  if (from.column === to.column) return besideColumn(from, to, bend);
  if (from.column > to.column) return backwards(from, to);
  const start = { x: from.x + from.width, y: middle(from) };
  const end = { x: to.x - TIP, y: arrival };
  const label: Route["label"] =
    labelAtStart && from.column === 0
      ? { x: start.x + 12, y: start.y - 5, anchor: "start" }
      : { x: end.x - 22, y: end.y - 5, anchor: "end" };
  if (hub) return { path: `M${start.x} ${start.y}${curve(start, hub)}${curve(hub, end)}`, label };
  const lane = to.column - from.column > 1 ? freeLane((start.y + end.y) / 2, layout, bend) : undefined;
  if (!lane) return { path: `M${start.x} ${start.y}${curve(start, end)}`, label };
  const enter = { x: lane.left, y: lane.y };
  const leave = { x: lane.right, y: lane.y };
  return { path: `M${start.x} ${start.y}${curve(start, enter)}L${leave.x} ${leave.y}${curve(leave, end)}`, label };
}

/** Length of an arrow's head. */
const TIP = 7;

/** Around the middle column's boxes, where the straight way would lead through one. */
function freeLane(
  y: number,
  { clusters, nodes }: Layout,
  bend: number,
): { left: number; right: number; y: number } | undefined {
  const master = [...nodes.values()].find(({ column }) => column === 1);
  const box =
    master &&
    clusters.find(
      ({ x, y: top, height }) => x < master.x && x + 40 > master.x && top < master.y && top + height > master.y,
    );
  if (!box) return undefined;
  const clearance = 16 + 9 * (bend % 6);
  const bottom = box.y + box.height;
  const free = y < box.y - clearance || y > bottom + clearance;
  const above = y < (box.y + bottom) / 2;
  return { left: box.x, right: box.x + box.width, y: free ? y : above ? box.y - clearance : bottom + clearance };
}

function besideColumn(from: PlacedNode, to: PlacedNode, bend: number): Route {
  const x = Math.max(from.x + from.width, to.x + to.width);
  const reach = x + 38 + 8 * (bend % 4);
  const down = from === to ? 10 : 6;
  const start = { x: from.x + from.width, y: middle(from) + (from === to ? -down : down) };
  const end = { x: to.x + to.width + TIP, y: middle(to) + (from === to ? down : -down) };
  return {
    path: `M${start.x} ${start.y}C${reach} ${start.y} ${reach} ${end.y} ${end.x} ${end.y}`,
    label: { x: to.x + to.width + 12, y: end.y - 5, anchor: "start" },
  };
}

function backwards(from: PlacedNode, to: PlacedNode): Route {
  const start = { x: from.x, y: middle(from) + 10 };
  const end = { x: to.x + to.width + TIP, y: middle(to) + 10 };
  const half = (start.x + end.x) / 2;
  return {
    path: `M${start.x} ${start.y}C${half} ${start.y} ${half} ${end.y} ${end.x} ${end.y}`,
    label: { x: end.x + 12, y: end.y + 15, anchor: "start" },
  };
}

/** Edges that come from the left arrive beside each other, in the order in which they leave. */
function arrivals(edges: readonly GraphEdge[], { nodes }: Layout): ReadonlyMap<GraphEdge, number> {
  const found = new Map<GraphEdge, number>();
  for (const [id, arriving] of groupBy(edges, ({ to }) => to)) {
    const to = nodes.get(id);
    if (!to) continue;
    const forward = arriving
      .flatMap((edge) => {
        const from = nodes.get(edge.from);
        return from && from.column < to.column ? [{ edge, y: from.y }] : [];
      })
      .toSorted((a, b) => a.y - b.y);
    const step = Math.min(10, (to.height - 8) / forward.length);
    forward.forEach(({ edge }, index) => found.set(edge, middle(to) + (index - (forward.length - 1) / 2) * step));
  }
  return found;
}

/** Leaves and arrives level; the bend is nearer to the start, which leaves the end straight for its conditions. */
function curve(from: Point, to: Point): string {
  const reach = (to.x - from.x) * 0.36;
  return `C${from.x + reach} ${from.y} ${from.x + reach} ${to.y} ${to.x} ${to.y}`;
}

function middle({ y, height }: PlacedNode): number {
  return y + height / 2;
}

/** Characters of conditions that fit between two columns. */
const CONDITION_LENGTH = 30;

function draw({ kind, label, from, to }: GraphEdge, { path, label: place }: Route): { line: string; words: string } {
  const title = `<title>${xmlText(`${from} → ${to}${label === "" ? "" : `: ${label}`}`)}</title>`;
  const line = `<g class="${kind}">${title}<path d="${path}" marker-end="url(#${kind})"/></g>`;
  if (label === "") return { line, words: "" };
  const attributes = `class="condition" x="${place.x}" y="${place.y}" text-anchor="${place.anchor}"`;
  const words = `<g class="${kind}">${title}<text ${attributes}>${xmlText(cutOff(label, CONDITION_LENGTH))}</text></g>`;
  return { line, words };
}
