/** Colours for light and, where the reader prefers it, dark pages. The picture paints its own page, so both read anywhere. */
export const STYLE: string = [
  "text{font:13px system-ui,-apple-system,'Segoe UI','DejaVu Sans',sans-serif}",
  ".name{font-weight:600}.detail,.condition,.legend,.cluster text{font-size:11px}",
  "path{fill:none;stroke-width:1.6}rect{stroke-width:1.4}",
  ...palette({
    page: "#ffffff",
    cluster: ["#f6f8fa", "#d0d7de", "#57606a"],
    master: ["#0969da", "#0550ae", "#ffffff"],
    target: ["#ddf4ff", "#54aeff", "#0a3069"],
    neutral: ["#ffffff", "#8c959f", "#24292f"],
    outside: ["#fff1d6", "#d4760a", "#5c2600"],
    danger: ["#ffebe9", "#cf222e", "#82071e"],
    edges: { assume: "#0969da", outside: "#bc4c00", escalation: "#cf222e" },
  }),
  "@media(prefers-color-scheme:dark){",
  ...palette({
    page: "#0d1117",
    cluster: ["#161b22", "#30363d", "#8b949e"],
    master: ["#1f6feb", "#388bfd", "#ffffff"],
    target: ["#0c2d6b", "#388bfd", "#cae8ff"],
    neutral: ["#21262d", "#6e7681", "#e6edf3"],
    outside: ["#3d2300", "#db8a2b", "#ffdfb6"],
    danger: ["#490f14", "#ff7b72", "#ffdcd7"],
    edges: { assume: "#58a6ff", outside: "#e3973e", escalation: "#ff7b72" },
  }),
  "}",
].join("");

type Paint = readonly [fill: string, stroke: string, text: string];

interface Palette {
  readonly page: string;
  readonly cluster: Paint;
  readonly master: Paint;
  readonly target: Paint;
  readonly neutral: Paint;
  readonly outside: Paint;
  readonly danger: Paint;
  readonly edges: Readonly<Record<"assume" | "outside" | "escalation", string>>;
}

function palette(colors: Palette): readonly string[] {
  return [
    `.page{fill:${colors.page};stroke:none}.condition{paint-order:stroke;stroke:${colors.page};stroke-width:4px}`,
    box(".cluster", colors.cluster),
    box(".master", colors.master),
    box(".target", colors.target),
    box(".role,.entry", colors.neutral),
    // An edge of this kind is a group of the same class, without a box.
    box(".outside", colors.outside),
    box(".danger", colors.danger),
    ...Object.entries(colors.edges).map(
      ([kind, color]) =>
        `.${kind} path{stroke:${color}}.${kind} .condition,.${kind} .legend{fill:${color}}.${kind}-head{fill:${color};stroke:none}`,
    ),
  ];
}

function box(selector: string, [fill, stroke, text]: Paint): string {
  return `${each(selector, "rect")}{fill:${fill};stroke:${stroke}}${each(selector, "text")}{fill:${text}}`;
}

function each(selector: string, element: string): string {
  return selector
    .split(",")
    .map((one) => `${one} ${element}`)
    .join(",");
}
