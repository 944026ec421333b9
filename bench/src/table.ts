import type { Budget, Measurement, Outcome } from "./bench.ts";

const HEADINGS = ["name", "measured", "baseline", "ratio", "budget", ""] as const;

/** The outcomes for people, one line each; names to the left, figures to the right. */
export function table(outcomes: readonly Outcome[]): string {
  const lines = [HEADINGS, ...outcomes.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => pad(cell, column, widths))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function pad(cell: string, column: number, widths: readonly number[]): string {
  const width = widths[column] ?? 0;
  return column === 0 || column === widths.length - 1 ? cell.padEnd(width) : cell.padStart(width);
}

function cells(outcome: Outcome): string[] {
  const { name, budget, status } = outcome;
  if ("reason" in outcome) return [name, "-", "-", "-", "-", `${status}: ${outcome.reason.split("\n")[0]}`];
  const { measured, baseline, unit, ratio, difference, noise, withinNoise } = outcome;
  const spread = noise > 0 ? ` ±${noise.toFixed(2)}` : "";
  // Memory adds up, with a budget or without.
  const adds = budget.kind === "difference" || (budget.kind === "none" && unit === "MB");
  const compared = adds ? amount(difference, unit, "+") : `${ratio.toFixed(2)}${spread}`;
  const verdict = status === "none" ? "-" : withinNoise ? `${status}, within noise` : status;
  return [name, amount(measured, unit), amount(baseline, unit), compared, limit(budget, unit), verdict];
}

function limit(budget: Budget, unit: Measurement["unit"]): string {
  switch (budget.kind) {
    case "ratio":
      return `≤ ${budget.atMost.toFixed(2)}`;
    case "difference":
      return `≤ ${amount(budget.atMost, unit, "+")}`;
    case "none":
      return "-";
  }
}

function amount(value: number, unit: Measurement["unit"], plus = ""): string {
  const digits = Math.abs(value) < 100 ? 1 : 0;
  return `${value < 0 ? "" : plus}${value.toFixed(digits)} ${unit}`;
}
