/** What a figure is held against. */
export type Budget =
  /** At most this many times the baseline. */
  | { readonly kind: "ratio"; readonly atMost: number }
  /** At most this much above the baseline, in the unit of the measurement. */
  | { readonly kind: "difference"; readonly atMost: number }
  /** Shown, and held against nothing. */
  | { readonly kind: "none" };

/** One figure and what it is compared with, from the same run. */
export interface Measurement {
  /** Median of the subject's repetitions. */
  readonly measured: number;
  /** Median of the baseline's, or the ideal that the budget names. */
  readonly baseline: number;
  readonly unit: "ns" | "ms" | "MB" | "writes" | "calls";
  /** How far the ratio moved from one repetition to the next: half the distance between its quartiles. */
  readonly noise: number;
}

export interface Bench {
  /** For `--only`. */
  readonly name: string;
  /** What is measured, and against what. */
  readonly what: string;
  readonly budget: Budget;
  /** What it needs may be missing here; then it says what. */
  run(): Promise<Measurement | { readonly skipped: string }>;
}
