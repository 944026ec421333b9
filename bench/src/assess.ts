import type { Bench, Measurement } from "./bench.ts";

/** `within-noise`: over the budget, by less than the figure moves by itself. `none`: there is no budget. */
type Status = "ok" | "within-noise" | "missed" | "none";

/** A measurement with what it means. */
export interface Result extends Measurement, Pick<Bench, "name" | "what" | "budget"> {
  readonly ratio: number;
  /** In the unit of the measurement. */
  readonly difference: number;
  readonly status: Status;
}

/** Holds a measurement against the budget of its bench. */
export function assess({ name, what, budget }: Omit<Bench, "run">, measurement: Measurement): Result {
  const { measured, baseline, noise } = measurement;
  const ratio = measured / baseline;
  const difference = measured - baseline;
  const figures = { name, what, budget, ...measurement, ratio, difference };
  switch (budget.kind) {
    case "ratio":
      return { ...figures, status: status(ratio, noise, budget.atMost) };
    case "difference":
      return { ...figures, status: status(difference, noise * baseline, budget.atMost) };
    case "none":
      return { ...figures, status: "none" };
  }
}

function status(value: number, noise: number, atMost: number): Status {
  if (value <= atMost) return "ok";
  return value - noise <= atMost ? "within-noise" : "missed";
}
