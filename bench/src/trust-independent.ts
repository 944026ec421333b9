import type { Bench } from "./bench.ts";
import { COMPARE_TIME } from "./harness/scripts.ts";
import { runNode } from "./harness/run-node.ts";
import { median, quantile } from "./harness/statistics.ts";

/** What compare-evaluators/time.ts writes. */
type Written =
  | { readonly skipped: string }
  | { readonly rounds: readonly { readonly ours: number; readonly theirs: number }[] };

export const trustIndependent: Bench = {
  name: "trust-independent",
  what: "1,000 random AssumeRole decisions, against the same by an independent evaluator (installed for the run)",
  budget: { kind: "ratio", atMost: 1 },
  run: async () => {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a script of this repository wrote it
    const written = JSON.parse(await runNode([COMPARE_TIME])) as Written;
    if ("skipped" in written) return { skipped: `the independent evaluator cannot be installed: ${written.skipped}` };
    const { rounds } = written;
    const ratios = rounds.map(({ ours, theirs }) => ours / theirs);
    return {
      measured: median(rounds.map(({ ours }) => ours)),
      baseline: median(rounds.map(({ theirs }) => theirs)),
      noise: (quantile(ratios, 0.75) - quantile(ratios, 0.25)) / 2,
      unit: "ms",
    };
  },
};
