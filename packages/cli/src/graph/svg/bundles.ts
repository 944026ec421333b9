import { groupBy } from "@agent-roles/iam";
import type { Layout, Point } from "./layout.ts";
import type { GraphEdge } from "@agent-roles/trust";

/** So many from one node into one account are drawn as one line that branches out before it. */
const BUNDLE = 3;

/** Pixels from there to the account: the conditions are on the branches. */
const BRANCH = 165;

/** Where bundled edges part. */
export function bundles(edges: readonly GraphEdge[], { nodes, clusters }: Layout): ReadonlyMap<GraphEdge, Point> {
  const found = new Map<GraphEdge, Point>();
  const next = edges.filter((edge) => {
    const [from, to] = [nodes.get(edge.from), nodes.get(edge.to)];
    return from && to && to.column - from.column === 1;
  });
  const byTarget = groupBy(next, ({ from, to }) => `${from} ${nodes.get(to)?.column} ${nodes.get(to)?.node.account}`);
  for (const same of byTarget.values()) {
    const to = nodes.get(same[0]?.to ?? "");
    const box = clusters.find(({ account, x }) => to && account === to.node.account && x < to.x && to.x < x + 40);
    if (same.length < BUNDLE || !box) continue;
    for (const edge of same) found.set(edge, { x: box.x - BRANCH, y: box.y + box.height / 2 });
  }
  return found;
}
