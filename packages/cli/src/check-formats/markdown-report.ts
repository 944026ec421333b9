import { changesMarkdown } from "./changes.ts";
import { type CheckReport, summarize, summaryLine } from "./check-report.ts";
import { locationText } from "./location-text.ts";
import { markdownCode, markdownTable, markdownText } from "./markdown-text.ts";

/** For a pull request or a job summary: a table of the findings, what is suppressed folded away. */
export function markdownReport(report: CheckReport): string {
  const summary = summarize(report);
  return [
    `### ${summary.failed > 0 ? "❌" : "✅"} agent-roles check`,
    markdownText(summaryLine(summary)),
    ...(report.changes === undefined ? [] : [changesMarkdown(report.changes)]),
    ...(report.findings.length === 0 ? [] : [findingsTable(report)]),
    ...(report.suppressed.length === 0 ? [] : [suppressedTable(report)]),
  ].join("\n\n");
}

function findingsTable({ findings }: CheckReport): string {
  const rows = findings.map(({ id, severity, role, statement, message, fix, location }) => [
    severity,
    markdownCode(id),
    `${markdownCode(role)}${statement === undefined ? "" : `<br>statement ${markdownText(String(statement))}`}`,
    `${markdownText(message)}<br>**Fix:** ${markdownText(fix)}`,
    markdownCode(locationText(location)),
  ]);
  return markdownTable(["severity", "finding", "role", "what and how to fix it", "where"], rows);
}

function suppressedTable({ suppressed }: CheckReport): string {
  const rows = suppressed.map(({ id, role, message, reason }) => [
    markdownCode(id),
    markdownCode(role),
    markdownText(message),
    markdownText(reason),
  ]);
  const table = markdownTable(["finding", "role", "what", "reason"], rows);
  return `<details><summary>${suppressed.length} suppressed</summary>\n\n${table}\n\n</details>`;
}
