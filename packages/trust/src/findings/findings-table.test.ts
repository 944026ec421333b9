import { join } from "node:path";
import { expect, it } from "vitest";
import { rules } from "./rules.ts";

const INTRODUCTION = `# What the trust check reports

\`agent-roles check\` looks at every statement of every policy. \`error\` says that something never works or that AWS rejects
it; the other severities say how much is given away. Silence a finding with its id and a reason under \`trust:\` in
\`agent-roles.yaml\`; suppressions are listed in the output.

`;
const HEADER = ["id", "severity", "why", "fix"];

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[], fill: string): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |\n`;
  const [head = [], ...body] = rows;
  return (
    line(head, " ") +
    line(
      HEADER.map(() => ""),
      "-",
    ) +
    body.map((row) => line(row, " ")).join("")
  );
}

function escaped(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "\\<").replaceAll("*", "\\*");
}

it("is documented rule by rule, as the rules are: run vitest with --update after a change", async () => {
  const rows = rules.map(({ id, severity, why, fix }) => [`\`${id}\``, severity, escaped(why), escaped(fix)]);
  await expect(INTRODUCTION + table([HEADER, ...rows])).toMatchFileSnapshot(
    join(import.meta.dirname, "../../../../docs/findings.md"),
  );
});
