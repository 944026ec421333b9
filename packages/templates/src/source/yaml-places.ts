import type { Alias, Document, LineCounter, Node } from "yaml";
import { yaml } from "./libraries.ts";
import type { Place } from "./source-text.ts";

/** Finds places in one YAML text; the parser fills the counter. */
export function placesIn(): { readonly lineCounter: LineCounter; readonly placeOf: (offset: number) => Place } {
  const lineCounter = new (yaml().LineCounter)();
  const placeOf = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  return { lineCounter, placeOf };
}

/** Where a node begins. */
export function startOf(node: unknown): number | undefined {
  return yaml().isNode(node) ? node.range?.[0] : undefined;
}

/** Where a key or value begins; for something that is missing, where its parent does. */
export function findOffset(document: Document.Parsed, path: readonly PropertyKey[], at: "key" | "value"): number {
  const { isMap, isScalar, isSeq } = yaml();
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [index, step] of path.entries()) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(step));
      if (!pair) return offset;
      const isLast = index === path.length - 1;
      offset = (isLast && at === "key" ? undefined : startOf(pair.value)) ?? startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(step)];
      offset = startOf(node) ?? offset;
    } else return offset;
  }
  return offset;
}

/** The node of each alias, in one walk; the library's own `resolve` walks the document for each. */
export function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node | undefined> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node | undefined>();
  yaml().visit(document, {
    Alias: (_, alias) => void targets.set(alias, anchors.get(alias.source)),
    Value: (_, node) => void (node.anchor !== undefined && anchors.set(node.anchor, node)),
  });
  return targets;
}
