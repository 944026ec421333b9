import type { Result } from "./assess.ts";
import type { Budget } from "./bench.ts";

const HEADINGS = ["name", "measured", "baseline", "ratio", "budget", ""] as const;

/** Lays out results for people, one line each; names to the left, figures to the right. */
export function table(results: readonly Result[]): string {
  const lines = [HEADINGS, ...results.map(cells)];
  const widths = HEADINGS.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 || column === line.length - 1
            ? cell.padEnd(widths[column] ?? 0)
            : cell.padStart(widths[column] ?? 0),
        )
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cells({ name, measured, baseline, unit, ratio, difference, noise, budget, ...verdict }: Result): string[] {
  const spread = noise > 0 ? ` ±${noise.toFixed(2)}` : "";
  // What a budget limits is what is shown; memory adds up, with a budget or without.
  const adds = budget.kind === "difference" || (budget.kind === "none" && unit === "MB");
  const compared = adds ? amount(difference, unit, "+") : `${ratio.toFixed(2)}${spread}`;
  return [name, amount(measured, unit), amount(baseline, unit), compared, limit(budget, unit), verdictText(verdict)];
}

function verdictText({ status, withinNoise }: Pick<Result, "status" | "withinNoise">): string {
  if (status === "none") return "-";
  return withinNoise ? `${status}, within noise` : status;
}

function limit(budget: Budget, unit: string): string {
  switch (budget.kind) {
    case "ratio":
      return `≤ ${budget.atMost.toFixed(2)}`;
    case "difference":
      return `≤ ${amount(budget.atMost, unit, "+")}`;
    case "none":
      return "-";
  }
}

function amount(value: number, unit: string, plus = ""): string {
  const digits = Math.abs(value) < 100 ? 1 : 0;
  return `${value < 0 ? "" : plus}${value.toFixed(digits)} ${unit}`;
}
