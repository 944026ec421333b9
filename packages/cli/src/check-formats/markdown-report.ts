import type { Finding } from "@agent-roles/trust";
import { changesMarkdown } from "./changes.ts";
import { type CheckReport, summarize, summaryLine } from "./check-report.ts";
import { locationText } from "./location-text.ts";
import { markdownCode, markdownTable, markdownText } from "./markdown-text.ts";
import { setApartUnresolved } from "./unresolved-values.ts";

/** For a pull request or a job summary: a table of the findings, what is suppressed folded away. */
export function markdownReport(report: CheckReport): string {
  const summary = summarize(report);
  const { findings, unresolved } = setApartUnresolved(report.findings);
  return [
    `### ${summary.failed > 0 ? "❌" : "✅"} agent-roles check`,
    markdownText(summaryLine(summary)),
    ...(report.changes === undefined ? [] : [changesMarkdown(report.changes)]),
    ...(findings.length === 0 ? [] : [findingsTable(findings)]),
    ...(unresolved.length === 0 ? [] : [unresolvedTable(unresolved)]),
    ...(report.suppressed.length === 0 ? [] : [suppressedTable(report)]),
    ...(report.unread.length === 0 ? [] : [unreadTable(report)]),
  ].join("\n\n");
}

function findingsTable(findings: readonly Finding[]): string {
  const rows = findings.map(({ id, severity, role, statement, message, fix, location }) => [
    severity,
    markdownCode(id),
    `${markdownCode(role)}${statement === undefined ? "" : `<br>statement ${markdownText(String(statement))}`}`,
    `${markdownText(message)}<br>**Fix:** ${markdownText(fix)}`,
    markdownCode(locationText(location)),
  ]);
  return markdownTable(["severity", "finding", "role", "what and how to fix it", "where"], rows);
}

function unresolvedTable(unresolved: readonly Finding[]): string {
  const rows = unresolved.map(({ message, role, location }) => [
    markdownText(message),
    markdownCode(role),
    markdownCode(locationText(location)),
  ]);
  const table = markdownTable(["value", "role", "where"], rows);
  return `<details><summary>${unresolved.length} not known offline</summary>\n\n${table}\n\n</details>`;
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

function unreadTable({ unread }: CheckReport): string {
  const rows = unread.map((each) => [markdownCode(locationText(each)), markdownText(each.reason)]);
  return `<details><summary>${unread.length} not read</summary>\n\n${markdownTable(["file", "why"], rows)}\n\n</details>`;
}
