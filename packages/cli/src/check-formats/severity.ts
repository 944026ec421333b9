import type { Severity } from "@agent-roles/trust";

/** From what gives the most away to what is only good to know. `error` never works, or AWS rejects it. */
export const SEVERITIES: readonly Severity[] = ["critical", "high", "error", "medium", "warning", "info"];

/** What stops a pull request unless `--fail-on` says otherwise: `error`, `high` and `critical`. */
export const DEFAULT_FAIL_ON: Severity = "error";

/** Whether a finding of this severity fails a check that fails on `failOn` and what is above it. */
export function fails(severity: Severity, failOn: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
}

/** Three steps are all that code hosts and SARIF know. */
export function level(severity: Severity): "error" | "warning" | "note" {
  switch (severity) {
    case "critical":
    case "high":
    case "error":
      return "error";
    case "medium":
    case "warning":
      return "warning";
    case "info":
      return "note";
  }
}
