import { stripVTControlCharacters } from "node:util";

/** What the picture shows of a step. */
interface Excerpt {
  readonly title: RegExp;
  readonly lines: RegExp;
  /** Columns of a table that the picture leaves out: from this one up to that one, or to the end of the line. */
  readonly leftOut?: readonly (readonly [from: string, to?: string])[];
}

/** Enough to see in ten seconds what `agent-roles` does. */
const EXCERPTS: readonly Excerpt[] = [
  { title: /agent-roles run/, lines: /^\$|ready/ },
  { title: /agent-roles list/, lines: /./, leftOut: [["REGION", "ACCESS"], ["EXPIRATION"]] },
  { title: /^Who is/, lines: /MyThird/ },
  { title: /^Rotation/, lines: /./ },
  { title: /^A read-only/, lines: /^(allowed|denied)/ },
  { title: /^The audit/, lines: /^\$|^TIME|sts:AssumeRole/, leftOut: [["TIME", "EVENT"], ["CALLER"]] },
];

/** What differs in every run, and what the picture shows instead: sessions of 16 seconds that rotate at half-life. */
const VARYING = [
  { value: /^\d{4}-\d\d-\d\dT[\d:.]+Z +/, instead: [""] },
  { value: /\d{4}-\d\d-\d\dT[\d:.]+Z/, instead: ["12:00:16", "12:00:24"] },
  { value: /…[A-Z2-7]{4}/, instead: ["…WXYZ", "…ABCD"] },
] as const;

const FONT_PX = 15;
const LINE_PX = 22;
const MARGIN_PX = 20;

const STYLE = `
text{font:${FONT_PX}px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#1f2328;white-space:pre}
rect{fill:#f6f8fa;stroke:#d1d9e0}
.title{fill:#59636e}
.command{fill:#0550ae;font-weight:600}
.allowed{fill:#116329}
.denied{fill:#b3261e}
@media(prefers-color-scheme:dark){
text{fill:#e6edf3}
rect{fill:#161b22;stroke:#30363d}
.title{fill:#9198a1}
.command{fill:#79c0ff}
.allowed{fill:#3fb950}
.denied{fill:#ff7b72}
}
`;

/**
 * The decisive lines of the demo as an SVG of a terminal, the same for every run of the same demo.
 *
 * @param printed - all that the demo printed.
 * @throws when a step or its lines are missing.
 */
export function demoPicture(printed: string): string {
  const scenes = EXCERPTS.map((excerpt) => sceneOf(excerpt, stripVTControlCharacters(printed)));
  const columns = Math.max(...scenes.flat().map((line) => line.length));
  const rows = scenes.flat().length + scenes.length - 1;
  // Monospaced characters are 0.6 em wide.
  const width = Math.ceil(columns * FONT_PX * 0.605) + 2 * MARGIN_PX;
  const height = rows * LINE_PX + 2 * MARGIN_PX;
  const texts = scenes
    .flatMap((lines) => [...lines, ""])
    .map((line, row) => `<text x="${MARGIN_PX}" y="${MARGIN_PX + (row + 1) * LINE_PX - 6}"${styled(line)}</text>\n`)
    .filter((text) => !text.includes("></text>"));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" xml:space="preserve" role="img" aria-labelledby="title desc">
<title id="title">agent-roles in a terminal</title>
<desc id="desc">${escape(scenes.map(([first = ""]) => first.slice(2)).join("; "))}</desc>
<style>${STYLE}</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
${texts.join("")}</svg>
`;
}

/** The title of the step, unless it is the command, and the lines of the excerpt. */
function sceneOf({ title, lines, leftOut = [] }: Excerpt, printed: string): string[] {
  const steps = printed.split(/^\[\d+\/\d+\] /m).map((step) => step.split("\n").map((line) => line.trim()));
  const [heading, ...all] = steps.find(([first = ""]) => title.test(first)) ?? [];
  const shown = all.filter((line) => lines.test(line) && !/^[\d.]+ s$/.test(line));
  if (heading === undefined || shown.length === 0) throw new Error(`the demo prints nothing for ${title}`);
  let text = leftOut.reduce(withoutColumns, shown).join("\n");
  for (const { value, instead } of VARYING) {
    let found = 0;
    text = text.replaceAll(new RegExp(value, "gm"), () => instead[found++ % instead.length] ?? "");
  }
  return [...(heading.startsWith("agent-roles") ? [] : [`# ${heading}`]), ...text.split("\n")];
}

function withoutColumns(lines: readonly string[], [from, to]: readonly [from: string, to?: string]): string[] {
  const header = lines.find((line) => line.includes(from)) ?? "";
  const end = to === undefined ? undefined : header.indexOf(to);
  const cut = (line: string): string =>
    (line.slice(0, header.indexOf(from)) + (end === undefined ? "" : line.slice(end))).trimEnd();
  return lines.map((line) => (line.startsWith("$") ? line : cut(line)));
}

/** The attributes and the content of a line's element. */
function styled(line: string): string {
  const [word = ""] = line.split(" ");
  if (word === "#") return ` class="title">${escape(line)}`;
  if (word === "$") return ` class="command">${escape(line)}`;
  if (!/^(allowed|denied)$/.test(word)) return `>${escape(line)}`;
  return `><tspan class="${word}">${word}</tspan>${escape(line.slice(word.length))}`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
