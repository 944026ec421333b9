import { describe, expect, it } from "vitest";
import { alternate, median, quantile, type Sample } from "./measure.ts";

const UNIT = "ms" as const;

function samples(values: readonly number[], name = "", order: string[] = []): Sample {
  const left = [...values];
  return async () => {
    order.push(name);
    return left.shift() ?? Number.NaN;
  };
}

describe("alternate", () => {
  it("lets neither side always go first", async () => {
    const order: string[] = [];
    const subject = samples([1, 1, 1], "subject", order);
    const baseline = samples([1, 1, 1], "baseline", order);
    await alternate({ subject, baseline, repetitions: 3, unit: UNIT });
    expect(order).toEqual(["baseline", "subject", "subject", "baseline", "baseline", "subject"]);
  });

  it("gives medians, so that one bad repetition does not count", async () => {
    const figures = { subject: samples([12, 500, 10]), baseline: samples([6, 5, 90]), repetitions: 3, unit: UNIT };
    expect(await alternate(figures)).toMatchObject({ measured: 12, baseline: 6 });
  });

  it("has no noise when every repetition has the same ratio, however fast the machine is", async () => {
    const figures = { subject: samples([2, 20, 200]), baseline: samples([1, 10, 100]), repetitions: 3, unit: UNIT };
    expect(await alternate(figures)).toMatchObject({ noise: 0 });
  });

  it("gives half the distance between the ratios' quartiles as noise", async () => {
    const figures = {
      subject: samples([10, 11, 12, 13, 14]),
      baseline: samples([10, 10, 10, 10, 10]),
      repetitions: 5,
      unit: UNIT,
    };
    expect((await alternate(figures)).noise).toBeCloseTo(0.1);
  });
});

describe("quantile", () => {
  it("lies between neighbours where no value is just there, and is the value itself when there is one", () => {
    expect([quantile([4, 1, 3, 2], 0.25), median([10, 2, 4, 1]), quantile([7], 0.25)]).toEqual([1.75, 3, 7]);
  });

  it("refuses to invent a value", () => {
    expect(() => median([])).toThrow("no values");
  });
});
