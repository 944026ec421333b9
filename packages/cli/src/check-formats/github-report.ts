import type { Finding } from "@agent-roles/trust";
import { type CheckReport, summarize, summaryLine } from "./check-report.ts";
import { level } from "./severity.ts";

/**
 * Annotations that GitHub Actions shows beside the lines of a pull request, then one line for the log. GitHub shows ten of a
 * kind for each step.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function githubReport(report: CheckReport): string {
  return [...report.findings.map(annotation), summaryLine(summarize(report))].join("\n");
}

const COMMANDS = { error: "error", warning: "warning", note: "notice" } as const;

function annotation({ id, severity, role, statement, message, fix, location }: Finding): string {
  const place = [
    // What was read through IAM stands in no file.
    ["file", location.file === "live" ? undefined : location.file],
    ["line", location.line],
    ["title", `${id} (${severity})`],
  ] as const;
  const properties = place.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${property(`${value}`)}`]));
  const where = statement === undefined ? role : `${role}, statement ${statement}`;
  return `::${COMMANDS[level(severity)]} ${properties.join(",")}::${data(`${where}: ${message}\nfix: ${fix}`)}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
