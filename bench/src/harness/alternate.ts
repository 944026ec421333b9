import type { Measurement } from "../bench.ts";
import { median, quantile } from "./statistics.ts";

/** Gives one figure, in the unit of the bench. */
export type Sample = () => Promise<number>;

export interface Alternation {
  readonly subject: Sample;
  readonly baseline: Sample;
  readonly repetitions: number;
}

/**
 * Measures subject and baseline in turn, so that whatever else the machine does slows both alike; which of them goes first
 * alternates too.
 */
export async function alternate(alternation: Alternation): Promise<Omit<Measurement, "unit">> {
  const { subject, baseline, repetitions } = alternation;
  const pairs: { readonly measured: number; readonly baseline: number }[] = [];
  for (let turn = 0; turn < repetitions; turn += 1) {
    if (turn % 2 === 0) {
      const first = await baseline();
      pairs.push({ baseline: first, measured: await subject() });
    } else {
      const first = await subject();
      pairs.push({ baseline: await baseline(), measured: first });
    }
  }
  const ratios = pairs.map((pair) => pair.measured / pair.baseline);
  return {
    measured: median(pairs.map((pair) => pair.measured)),
    baseline: median(pairs.map((pair) => pair.baseline)),
    noise: (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / 2,
  };
}
