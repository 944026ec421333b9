/** Exposure, from any principal in the world down to information. */
export type Exposure = "critical" | "high" | "medium" | "low" | "info";

/** Two scales: `error` is about validity (AWS rejects it, or it can never match), the others about exposure. */
export type Severity = "error" | Exposure;

/** One order for both scales, the worst first: what never works matters less than what lets strangers in. */
export const SEVERITIES: readonly Severity[] = ["critical", "high", "error", "medium", "low", "info"];

/** Whether a finding of this severity fails a check that fails at `failOn` and above. */
export function fails(severity: Severity, failOn: Severity): boolean {
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(failOn);
}
