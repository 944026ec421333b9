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
  /** How far the ratio moves from one repetition to the next: half the distance between its quartiles. */
  readonly noise: number;
}

/** How many repetitions, roles or accounts to measure, given their number in a full run. */
export type Scale = (full: number) => number;

export interface Bench {
  /** The value of `--only`. */
  readonly name: string;
  /** What is measured, and against what. */
  readonly what: string;
  readonly budget: Budget;
  /** Gives `skipped`, with the reason, where something that the bench needs is missing. */
  run(scale: Scale): Promise<Measurement | { readonly skipped: string }>;
}

/** A bench with its measurement, the reason why there is none, or the error that ended it. */
export type Outcome = Pick<Bench, "name" | "what" | "budget"> &
  (Assessed | { readonly status: "skipped" | "failed"; readonly reason: string });

interface Assessed extends Measurement {
  readonly status: "ok" | "missed" | "none";
  readonly ratio: number;
  /** In the unit of the measurement. */
  readonly difference: number;
  /** Whether the figure is nearer to its budget than it moves by itself: the next run can give the other status. */
  readonly withinNoise: boolean;
}

/** Runs a bench and holds its figure against its budget. An error is an outcome, too: the other benches still run. */
export async function runBench(bench: Bench, scale: Scale): Promise<Outcome> {
  const { name, what, budget } = bench;
  try {
    const result = await bench.run(scale);
    if ("skipped" in result) return { name, what, budget, status: "skipped", reason: result.skipped };
    return { name, what, budget, ...assess(budget, result) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { name, what, budget, status: "failed", reason };
  }
}

function assess(budget: Budget, measurement: Measurement): Assessed {
  const { measured, baseline, noise } = measurement;
  const ratio = measured / baseline;
  const difference = measured - baseline;
  const judge = (value: number, moves: number, atMost: number): Assessed => ({
    ...measurement,
    ratio,
    difference,
    status: value <= atMost ? "ok" : "missed",
    withinNoise: Math.abs(value - atMost) < moves,
  });
  switch (budget.kind) {
    case "ratio":
      return judge(ratio, noise, budget.atMost);
    case "difference":
      return judge(difference, noise * baseline, budget.atMost);
    case "none":
      return { ...measurement, ratio, difference, status: "none", withinNoise: false };
  }
}
