import { join } from "node:path";
import { expect, it } from "vitest";
import type { Rule } from "./rule.ts";
import { rules } from "./rules.ts";

const INTRODUCTION = `# What the trust check reports

\`agent-roles check\` looks at every statement of every policy. There are two scales: validity (\`error\`) and exposure
(\`critical\`, \`high\`, \`medium\`, \`low\`, \`info\`). Suppress a finding with its ID and a reason under \`trust:\` in
\`agent-roles.yaml\`; suppressions are listed in the output.

## Validity: AWS rejects it, or it never works

`;
const EXPOSURE = `
## Exposure: who gets in, and what that allows

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

function rowsOf(scale: readonly Rule[]): string {
  return table([
    HEADER,
    ...scale.map(({ id, severity, why, fix }) => [`\`${id}\``, severity, escaped(why), escaped(fix)]),
  ]);
}

it("is documented rule by rule, as the rules are: run vitest with --update after a change", async () => {
  const validity = rules.filter(({ severity }) => severity === "error");
  const exposure = rules.filter(({ severity }) => severity !== "error");
  await expect(INTRODUCTION + rowsOf(validity) + EXPOSURE + rowsOf(exposure)).toMatchFileSnapshot(
    join(import.meta.dirname, "../../../../docs/findings.md"),
  );
});
