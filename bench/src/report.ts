import type { Result } from "./assess.ts";
import { table } from "./table.ts";

/** A bench that could not run here, and why. */
export interface LeftOut {
  readonly name: string;
  readonly reason: string;
}

export interface Report {
  /** Which Node it ran on, `v20.20.0`. */
  readonly node: string;
  readonly results: readonly Result[];
  readonly leftOut: readonly LeftOut[];
}

/** A report for people: a table, and below it what was left out. */
export function reportText({ node, results, leftOut }: Report): string {
  const lines = leftOut.map(({ name, reason }) => `${name} is left out: ${reason}`);
  return ["", `Node ${node}`, table(results), ...lines].join("\n");
}

/** The same for programs. */
export function reportJson(report: Report): string {
  return JSON.stringify(report, undefined, 2);
}
