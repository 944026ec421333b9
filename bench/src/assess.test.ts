import { describe, expect, it } from "vitest";
import { assess } from "./assess.ts";
import type { Budget } from "./bench.ts";

const measurement = { measured: 130, baseline: 100, unit: "ms", noise: 0.02 } as const;

function statusOf(budget: Budget): string {
  return assess({ name: "x", what: "x", budget }, measurement).status;
}

function isWithinNoise(budget: Budget): boolean {
  return assess({ name: "x", what: "x", budget }, measurement).withinNoise;
}

describe("assess", () => {
  it("gives ratio and difference", () => {
    const result = assess({ name: "x", what: "x", budget: { kind: "none" } }, measurement);
    expect(result).toMatchObject({ ratio: 1.3, difference: 30, measured: 130, baseline: 100 });
  });

  it("holds a ratio against its budget", () => {
    expect(statusOf({ kind: "ratio", atMost: 1.3 })).toBe("ok");
    expect(statusOf({ kind: "ratio", atMost: 1.2 })).toBe("missed");
  });

  it("holds a difference against its budget, in the unit of the measurement", () => {
    expect(statusOf({ kind: "difference", atMost: 30 })).toBe("ok");
    expect(statusOf({ kind: "difference", atMost: 27 })).toBe("missed");
  });

  it("says when a figure is nearer to its budget than it moves by itself", () => {
    const found = [1.27, 1.29, 1.31, 1.33].map((atMost) => isWithinNoise({ kind: "ratio", atMost }));
    expect(found).toEqual([false, true, true, false]);
  });

  it("counts the noise of a difference in its own unit", () => {
    const found = [27, 29, 31, 33].map((atMost) => isWithinNoise({ kind: "difference", atMost }));
    expect(found).toEqual([false, true, true, false]);
  });

  it("holds nothing against a figure without a budget", () => {
    expect(statusOf({ kind: "none" })).toBe("none");
  });
});
