import { type CheckReport, summarize } from "./check-report.ts";

/** The format for other tools. Fields can be added, never renamed. */
export function jsonReport(report: CheckReport): string {
  const { findings, suppressed, unread, expectations, changes } = report;
  return JSON.stringify({ findings, suppressed, summary: summarize(report), unread, expectations, changes }, null, 2);
}
