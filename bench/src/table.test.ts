import { expect, it } from "vitest";
import { assess } from "./assess.ts";
import { table } from "./table.ts";

it("shows what each budget limits: a ratio, a difference or nothing", () => {
  const results = [
    assess(
      { name: "fast", what: "", budget: { kind: "ratio", atMost: 1.25 } },
      { measured: 1300, baseline: 1250, unit: "ms", noise: 0.014 },
    ),
    assess(
      { name: "memory", what: "", budget: { kind: "difference", atMost: 40 } },
      { measured: 90, baseline: 43, unit: "MB", noise: 0.01 },
    ),
    assess({ name: "start", what: "", budget: { kind: "none" } }, { measured: 84, baseline: 42, unit: "ms", noise: 0 }),
    assess(
      { name: "floor", what: "", budget: { kind: "none" } },
      { measured: 101, baseline: 43, unit: "MB", noise: 0.01 },
    ),
    assess(
      { name: "even", what: "", budget: { kind: "ratio", atMost: 1 } },
      { measured: 99, baseline: 100, unit: "ns", noise: 0.02 },
    ),
  ];
  expect(table(results)).toBe(
    [
      "name    measured  baseline       ratio      budget",
      "fast     1300 ms   1250 ms  1.04 ±0.01      ≤ 1.25  ok",
      "memory   90.0 MB   43.0 MB    +47.0 MB  ≤ +40.0 MB  missed",
      "start    84.0 ms   42.0 ms        2.00           -  -",
      "floor     101 MB   43.0 MB    +58.0 MB           -  -",
      "even     99.0 ns    100 ns  0.99 ±0.02      ≤ 1.00  ok, within noise",
    ].join("\n"),
  );
});
