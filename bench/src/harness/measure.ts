import { performance } from "node:perf_hooks";
import type { Measurement } from "../bench.ts";

/** Gives one figure, in the unit of the bench. */
export type Sample = () => Promise<number>;

export interface Alternation {
  readonly subject: Sample;
  readonly baseline: Sample;
  readonly repetitions: number;
  readonly unit: Measurement["unit"];
}

/**
 * Measures subject and baseline in turn, so that other work on the machine slows both alike; which of them goes first
 * alternates too.
 */
export async function alternate({ subject, baseline, repetitions, unit }: Alternation): Promise<Measurement> {
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
  return summarize(pairs, unit);
}

/** Medians of subject and baseline, and how far their ratio moves. */
export function summarize(
  pairs: readonly { readonly measured: number; readonly baseline: number }[],
  unit: Measurement["unit"],
): Measurement {
  const ratios = pairs.map((pair) => pair.measured / pair.baseline);
  return {
    measured: median(pairs.map((pair) => pair.measured)),
    baseline: median(pairs.map((pair) => pair.baseline)),
    unit,
    noise: (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / 2,
  };
}

/** The value below which `share` (0 to 1) of the values lie, interpolated between neighbours. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const below = sorted[Math.floor(place)];
  const above = sorted[Math.ceil(place)];
  if (below === undefined || above === undefined) throw new Error("there is no quantile of no values");
  return below + (above - below) * (place - Math.floor(place));
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Milliseconds that the work takes. */
export async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
