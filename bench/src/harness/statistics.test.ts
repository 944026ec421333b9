import { describe, expect, it } from "vitest";
import { median, quantile } from "./statistics.ts";

describe("quantile", () => {
  it("lies between neighbours where no value is just there", () => {
    expect(quantile([4, 1, 3, 2], 0.25)).toBe(1.75);
    expect(median([10, 2, 4, 1])).toBe(3);
  });

  it("is the value itself when there is one", () => {
    expect([quantile([7], 0.25), median([7])]).toEqual([7, 7]);
  });

  it("refuses to invent a value", () => {
    expect(() => median([])).toThrow("no values");
  });
});
