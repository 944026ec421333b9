import type { CheckReport } from "./check-report.ts";
import type { CheckFormat } from "./format-names.ts";
import { githubReport } from "./github-report.ts";
import { jsonReport } from "./json-report.ts";
import { junitReport } from "./junit-report.ts";
import { markdownReport } from "./markdown-report.ts";
import { prettyReport } from "./pretty-report.ts";
import { type RuleText, sarifReport } from "./sarif-report.ts";
import { escapeControlCharacters } from "@agent-roles/runtime/role-env";

/** What a format needs beside the report. */
export interface CheckFormatOptions {
  readonly color: boolean;
  readonly rules: readonly RuleText[];
  /** Of this command, for SARIF. */
  readonly version: string;
}

/** The report as text, without a newline at its end. */
export function formatCheck(format: CheckFormat, report: CheckReport, options: CheckFormatOptions): string {
  switch (format) {
    case "pretty":
      return prettyReport(shown(report), options.color);
    case "json":
      return jsonReport(report);
    case "sarif":
      return sarifReport(report, options.rules, options.version);
    case "junit":
      return junitReport(report);
    case "markdown":
      return markdownReport(shown(report));
    case "github":
      return githubReport(shown(report));
  }
}

/** Escaped for people. These formats print only the number of the roles. */
function shown(report: CheckReport): CheckReport {
  return { ...escapeControlCharacters({ ...report, roles: [] }), roles: report.roles };
}
