/** What `graph --format` takes; here, apart from the formats, so that other commands do not load them. */
export const GRAPH_FORMATS = ["mermaid", "dot", "svg"] as const;
export type GraphFormat = (typeof GRAPH_FORMATS)[number];
