import { describe, expect, it } from "vitest";
import { type Bench, type Budget, runBench } from "./bench.ts";

const measurement = { measured: 130, baseline: 100, unit: "ms", noise: 0.02 } as const;
const full = (count: number): number => count;

function bench(budget: Budget, run: Bench["run"] = async () => measurement): Bench {
  return { name: "x", what: "x", budget, run };
}

async function assessed(budget: Budget): Promise<object> {
  return runBench(bench(budget), full);
}

describe("runBench", () => {
  it("gives ratio and difference, and holds nothing against a figure without a budget", async () => {
    const expected = { ratio: 1.3, difference: 30, measured: 130, baseline: 100, status: "none" };
    expect(await assessed({ kind: "none" })).toMatchObject(expected);
  });

  it.each([
    ["ratio", 1.3, "ok"],
    ["ratio", 1.2, "missed"],
    ["difference", 30, "ok"],
    ["difference", 27, "missed"],
  ] as const)("holds a %s against a budget of %d: %s", async (kind, atMost, status) => {
    expect(await assessed({ kind, atMost })).toMatchObject({ status });
  });

  it.each([
    ["ratio", [1.27, 1.29, 1.31, 1.33]],
    ["difference", [27, 29, 31, 33]],
  ] as const)("marks a %s that is nearer to its budget than its noise", async (kind, budgets) => {
    const outcomes = await Promise.all(budgets.map((atMost) => assessed({ kind, atMost })));
    expect(outcomes).toMatchObject([false, true, true, false].map((withinNoise) => ({ withinNoise })));
  });

  it("gives the reason of a bench that cannot run, and the error of one that fails", async () => {
    const skipped = bench({ kind: "none" }, async () => ({ skipped: "no AWS CLI" }));
    const failed = bench({ kind: "none" }, () => Promise.reject(new Error("no such file")));
    expect(await runBench(skipped, full)).toMatchObject({ status: "skipped", reason: "no AWS CLI" });
    expect(await runBench(failed, full)).toMatchObject({ status: "failed", reason: "no such file" });
  });
});
