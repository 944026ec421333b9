import { describe, expect, it } from "vitest";
import { alternate } from "./alternate.ts";

function samples(values: readonly number[], name: string, order: string[]): () => Promise<number> {
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
    await alternate({ subject, baseline, repetitions: 3 });
    expect(order).toEqual(["baseline", "subject", "subject", "baseline", "baseline", "subject"]);
  });

  it("gives medians, so that one bad repetition does not count", async () => {
    const subject = samples([12, 500, 10], "subject", []);
    const baseline = samples([6, 5, 90], "baseline", []);
    const { measured, baseline: found } = await alternate({ subject, baseline, repetitions: 3 });
    expect([measured, found]).toEqual([12, 6]);
  });

  it("has no noise when every repetition has the same ratio, however fast the machine was", async () => {
    const subject = samples([2, 20, 200], "subject", []);
    const baseline = samples([1, 10, 100], "baseline", []);
    expect(await alternate({ subject, baseline, repetitions: 3 })).toMatchObject({ noise: 0 });
  });

  it("gives half the distance between the ratios' quartiles as noise", async () => {
    const subject = samples([10, 11, 12, 13, 14], "subject", []);
    const baseline = samples([10, 10, 10, 10, 10], "baseline", []);
    const { noise } = await alternate({ subject, baseline, repetitions: 5 });
    expect(noise).toBeCloseTo(0.1);
  });
});
