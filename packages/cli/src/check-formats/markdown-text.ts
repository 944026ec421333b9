/** Text in a cell of a Markdown table: nothing in it is markup, a link, a mention or the end of the cell. */
export function markdownText(text: string): string {
  return (
    text
      .replace(/[\\`*_[\]<>#|~&@]|:(?=\/\/)|(?<=\bwww)\./gi, (character) => `&#${character.codePointAt(0)};`)
      // GitHub and GitLab look for mentions, issues and addresses in the rendered text: a zero-width space ends them.
      .replace(/&#(?:64|35);/g, "$&&#8203;")
      .replace(/\s+/g, " ")
  );
}

/** Text in a cell, as code; a name with backticks gets a longer fence. */
export function markdownCode(text: string): string {
  const flat = text.replace(/\s+/g, " ").replaceAll("|", "\\|");
  if (!flat.includes("`")) return `\`${flat}\``;
  const longest = Math.max(...[...flat.matchAll(/`+/g)].map(([fence]) => fence.length));
  const fence = "`".repeat(longest + 1);
  return `${fence} ${flat} ${fence}`;
}

/** A Markdown table of cells that are Markdown already. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return [headings, headings.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
