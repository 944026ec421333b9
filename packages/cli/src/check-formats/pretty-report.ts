import type { Finding, Severity } from "@agent-roles/trust";
import pc from "picocolors";
import { type CheckReport, type CheckSummary, summarize, summaryLine } from "./check-report.ts";
import { changesBlock, type Colors } from "./changes.ts";
import { groupBy } from "@agent-roles/iam";
import { locationText } from "./location-text.ts";
import { SEVERITIES } from "@agent-roles/trust/severity";
import { setApartUnresolved } from "./unresolved-values.ts";

/** For people at a terminal: the findings of each role together, what is suppressed and why, a line that sums up. */
export function prettyReport(report: CheckReport, color: boolean): string {
  const colors = pc.createColors(color);
  const { findings, unresolved } = setApartUnresolved(report.findings);
  const roles = [...groupBy(findings, ({ role, location }) => `${role}\n${locationText(location)}`).values()];
  const summary = summarize(report);
  return [
    ...roles.map((own) => roleBlock(own, colors)),
    ...(unresolved.length === 0 ? [] : [unresolvedBlock(unresolved, colors)]),
    ...(report.suppressed.length === 0 ? [] : [suppressedBlock(report, colors)]),
    ...(report.unread.length === 0 ? [] : [unreadBlock(report, colors)]),
    ...(report.changes === undefined ? [] : [changesBlock(report.changes, colors)]),
    verdict(summary, colors),
  ].join("\n\n");
}

function roleBlock(findings: readonly Finding[], colors: Colors): string {
  const [first] = findings;
  if (!first) return "";
  return [
    colors.bold(first.role),
    colors.dim(locationText(first.location)),
    ...findings.map((finding) => findingLines(finding, colors)),
  ].join("\n");
}

const WIDTH = Math.max(...SEVERITIES.map((severity) => severity.length));
const INDENT = " ".repeat(WIDTH + 4);

function findingLines({ id, severity, statement, message, fix }: Finding, colors: Colors): string {
  const where = statement === undefined ? "" : colors.dim(`  statement ${statement}`);
  return [
    `  ${paint(severity, colors)(severity.padEnd(WIDTH))}  ${colors.bold(id)}${where}`,
    `${INDENT}${indented(message)}`,
    `${INDENT}${colors.cyan("fix:")} ${indented(fix)}`,
  ].join("\n");
}

function indented(text: string): string {
  return text.replaceAll("\n", `\n${INDENT}`);
}

function unresolvedBlock(unresolved: readonly Finding[], colors: Colors): string {
  const lines = unresolved.map(
    ({ message, role, location }) => `  ${message}\n    ${role} at ${locationText(location)}`,
  );
  const fixes = [...new Set(unresolved.map(({ fix }) => `  ${colors.cyan("fix:")} ${fix}`))];
  return [
    colors.bold("Not known offline (info  unknown-value)"),
    ...lines.map((line) => colors.dim(line)),
    ...fixes,
  ].join("\n");
}

function suppressedBlock({ suppressed }: CheckReport, colors: Colors): string {
  const lines = suppressed.map(
    ({ id, role, message, reason }) => `  ${id}  ${role}\n    ${message}\n    because ${reason}`,
  );
  return [colors.bold("Suppressed"), ...lines.map((line) => colors.dim(line))].join("\n");
}

function unreadBlock({ unread }: CheckReport, colors: Colors): string {
  const lines = unread.map((each) => `  ${locationText(each)}\n    ${each.reason}`);
  return [colors.bold("Not read"), ...lines].join("\n");
}

function verdict(summary: CheckSummary, colors: Colors): string {
  const line = summaryLine(summary);
  return summary.failed > 0 ? colors.red(line) : colors.green(line);
}

function paint(severity: Severity, colors: Colors): (text: string) => string {
  switch (severity) {
    case "critical":
      return (text) => colors.bold(colors.red(text));
    case "high":
    case "error":
      return colors.red;
    case "medium":
    case "low":
      return colors.yellow;
    case "info":
      return colors.blue;
  }
}
