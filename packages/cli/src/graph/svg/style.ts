/** Fill, stroke and text. */
type Paint = readonly [fill: string, stroke: string, text: string];

/** Boxes by their classes, on light and on dark pages. An edge can have the class of a box: it is a group without one. */
const BOXES: readonly (readonly [classes: readonly string[], light: Paint, dark: Paint])[] = [
  [["cluster"], ["#f6f8fa", "#d0d7de", "#57606a"], ["#161b22", "#30363d", "#8b949e"]],
  [["master"], ["#0969da", "#0550ae", "#ffffff"], ["#1f6feb", "#388bfd", "#ffffff"]],
  [["target"], ["#ddf4ff", "#54aeff", "#0a3069"], ["#0c2d6b", "#388bfd", "#cae8ff"]],
  [
    ["role", "entry"],
    ["#ffffff", "#8c959f", "#24292f"],
    ["#21262d", "#6e7681", "#e6edf3"],
  ],
  [["outside"], ["#fff1d6", "#d4760a", "#5c2600"], ["#3d2300", "#db8a2b", "#ffdfb6"]],
  [["danger"], ["#ffebe9", "#cf222e", "#82071e"], ["#490f14", "#ff7b72", "#ffdcd7"]],
];

const EDGES = [
  ["assume", "#0969da", "#58a6ff"],
  ["outside", "#bc4c00", "#e3973e"],
  ["escalation", "#cf222e", "#ff7b72"],
] as const;

/** Colours for light and, where the reader prefers it, dark pages. The picture paints its own page, so both read anywhere. */
export const STYLE: string = [
  "text{font:13px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}",
  ".name{font-weight:600}.detail,.condition,.legend,.cluster text{font-size:11px}",
  "path{fill:none;stroke-width:1.6}rect{stroke-width:1.4}",
  ...palette("#ffffff", 1),
  "@media(prefers-color-scheme:dark){",
  ...palette("#0d1117", 2),
  "}",
].join("");

function palette(page: string, side: 1 | 2): readonly string[] {
  return [
    `.page{fill:${page};stroke:none}.condition{paint-order:stroke;stroke:${page};stroke-width:4px}`,
    ...BOXES.map((row) => {
      const [fill, stroke, text] = row[side];
      const each = (element: string): string => row[0].map((name) => `.${name} ${element}`).join(",");
      return `${each("rect")}{fill:${fill};stroke:${stroke}}${each("text")}{fill:${text}}`;
    }),
    ...EDGES.map((row) => {
      const [kind, color] = [row[0], row[side]];
      return `.${kind} path{stroke:${color}}.${kind} .condition,.${kind} .legend{fill:${color}}.${kind}-head{fill:${color};stroke:none}`;
    }),
  ];
}
