import { expect, it } from "vitest";
import { type Budget, type Measurement, type Outcome, runBench } from "./bench.ts";
import { table } from "./table.ts";

type Row = readonly [name: string, budget: Budget, run: () => Measurement | { skipped: string }];

const rows: readonly Row[] = [
  ["fast", { kind: "ratio", atMost: 1.25 }, () => ({ measured: 1300, baseline: 1250, unit: "ms", noise: 0.014 })],
  ["memory", { kind: "difference", atMost: 40 }, () => ({ measured: 90, baseline: 43, unit: "MB", noise: 0.01 })],
  ["start", { kind: "none" }, () => ({ measured: 84, baseline: 42, unit: "ms", noise: 0 })],
  ["floor", { kind: "none" }, () => ({ measured: 101, baseline: 43, unit: "MB", noise: 0.01 })],
  ["even", { kind: "ratio", atMost: 1 }, () => ({ measured: 99, baseline: 100, unit: "ns", noise: 0.02 })],
  ["cli", { kind: "none" }, () => ({ skipped: "the AWS CLI is not installed" })],
  [
    "synth",
    { kind: "none" },
    () => {
      throw new Error("Command failed: node main.js\nError: no manifest");
    },
  ],
];

it("shows what each budget limits, and why a bench has no figure", async () => {
  const outcomes: Outcome[] = [];
  for (const [name, budget, run] of rows) {
    outcomes.push(await runBench({ name, what: "", budget, run: async () => run() }, (full) => full));
  }
  expect(table(outcomes)).toBe(
    [
      "name    measured  baseline       ratio      budget",
      "fast     1300 ms   1250 ms  1.04 ±0.01      ≤ 1.25  ok",
      "memory   90.0 MB   43.0 MB    +47.0 MB  ≤ +40.0 MB  missed",
      "start    84.0 ms   42.0 ms        2.00           -  -",
      "floor     101 MB   43.0 MB    +58.0 MB           -  -",
      "even     99.0 ns    100 ns  0.99 ±0.02      ≤ 1.00  ok, within noise",
      "cli            -         -           -           -  skipped: the AWS CLI is not installed",
      "synth          -         -           -           -  failed: Command failed: node main.js",
    ].join("\n"),
  );
});
