import type { Bench, Measurement } from "./bench.ts";

/** A measurement with what it means. */
export interface Result extends Measurement, Pick<Bench, "name" | "what" | "budget"> {
  readonly ratio: number;
  /** In the unit of the measurement. */
  readonly difference: number;
  /** `none`: there is no budget. */
  readonly status: "ok" | "missed" | "none";
  /** Whether the figure is nearer to its budget than it moves by itself: the next run may say otherwise. */
  readonly withinNoise: boolean;
}

/** Holds a measurement against the budget of its bench. */
export function assess({ name, what, budget }: Omit<Bench, "run">, measurement: Measurement): Result {
  const { measured, baseline, noise } = measurement;
  const ratio = measured / baseline;
  const difference = measured - baseline;
  const figures = { name, what, budget, ...measurement, ratio, difference };
  switch (budget.kind) {
    case "ratio":
      return { ...figures, ...judge(ratio, noise, budget.atMost) };
    case "difference":
      return { ...figures, ...judge(difference, noise * baseline, budget.atMost) };
    case "none":
      return { ...figures, status: "none", withinNoise: false };
  }
}

function judge(value: number, noise: number, atMost: number): Pick<Result, "status" | "withinNoise"> {
  return { status: value <= atMost ? "ok" : "missed", withinNoise: Math.abs(value - atMost) < noise };
}
