import { type CheckReport, summarize } from "./check-report.ts";

/** What other tools read: fields may be added, never renamed. */
export function jsonReport(report: CheckReport): string {
  const { findings, suppressed, expectations, changes } = report;
  return JSON.stringify({ findings, suppressed, summary: summarize(report), expectations, changes }, null, 2);
}
