import type { Finding } from "@agent-roles/trust";
import { type CheckReport, summarize, summaryLine } from "./check-report.ts";
import { gainedAccess } from "./gained-access.ts";
import { level } from "./severity.ts";
import { setApartUnresolved } from "./unresolved-values.ts";

/**
 * Annotations of a GitHub Actions run, then one line for the log. GitHub shows ten of a kind for each step, and in the diff of a
 * pull request only those of files in the repository.
 *
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function githubReport(report: CheckReport): string {
  const { findings, unresolved } = setApartUnresolved(report.findings);
  return [
    ...findings.map(findingAnnotation),
    // After the findings: these are the first that GitHub leaves out.
    ...gainedAccess(report.changes).map(({ id, severity, message, change: { location } }) =>
      annotation({ title: id, severity, location, text: message }),
    ),
    ...unresolved.map(findingAnnotation),
    ...report.unread.map(({ reason, ...location }) =>
      annotation({ title: "not read", severity: "low", location, text: reason }),
    ),
    summaryLine(summarize(report)),
  ].join("\n");
}

const COMMANDS = { error: "error", warning: "warning", note: "notice" } as const;

function findingAnnotation({ id, severity, role, statement, message, fix, location }: Finding): string {
  const where = statement === undefined ? role : `${role}, statement ${statement}`;
  return annotation({ title: `${id} (${severity})`, severity, location, text: `${where}: ${message}\nfix: ${fix}` });
}

interface Annotation extends Pick<Finding, "severity" | "location"> {
  readonly title: string;
  readonly text: string;
}

function annotation({ title, severity, location, text }: Annotation): string {
  const place = [
    // Roles that were read through IAM are in no file.
    ["file", location.file === "live" ? undefined : location.file],
    ["line", location.line],
    ["title", title],
  ] as const;
  const properties = place.flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${property(`${value}`)}`]));
  return `::${COMMANDS[level(severity)]} ${properties.join(",")}::${data(text)}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
