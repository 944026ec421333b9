import { expect, it } from "vitest";
import { assess } from "./assess.ts";
import { type Report, reportJson, reportText } from "./report.ts";

const report: Report = {
  node: "v20.20.0",
  results: [
    assess(
      { name: "hot-path", what: "calls", budget: { kind: "ratio", atMost: 1 } },
      { measured: 150, baseline: 100, unit: "ns", noise: 0.02 },
    ),
  ],
  leftOut: [{ name: "sequential-cli", reason: "the AWS CLI (aws) is not installed here" }],
};

it("tells people the Node version, each figure, and what was left out and why", () => {
  const text = reportText(report);
  expect(text).toContain("Node v20.20.0\n");
  expect(text).toMatch(/hot-path +150 ns +100 ns +1\.50 ±0\.02 +≤ 1\.00 +missed/);
  expect(text).toContain("sequential-cli is left out: the AWS CLI (aws) is not installed here");
});

it("tells programs the same", () => {
  expect(JSON.parse(reportJson(report))).toEqual({
    node: "v20.20.0",
    results: [
      {
        name: "hot-path",
        what: "calls",
        budget: { kind: "ratio", atMost: 1 },
        measured: 150,
        baseline: 100,
        unit: "ns",
        noise: 0.02,
        ratio: 1.5,
        difference: 50,
        status: "missed",
        withinNoise: false,
      },
    ],
    leftOut: [{ name: "sequential-cli", reason: "the AWS CLI (aws) is not installed here" }],
  });
});
