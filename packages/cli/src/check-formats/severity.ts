import type { Severity } from "@agent-roles/trust/severity";

/** The severity at which a pull request fails without `--fail-on`: `error`, `high` and `critical`. */
export const DEFAULT_FAIL_ON: Severity = "error";

/** Three steps are all that code hosts and SARIF know. */
export function level(severity: Severity): "error" | "warning" | "note" {
  switch (severity) {
    case "critical":
    case "high":
    case "error":
      return "error";
    case "medium":
    case "low":
      return "warning";
    case "info":
      return "note";
  }
}
