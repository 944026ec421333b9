import { expect, it } from "vitest";
import { freshness, nextRefresh } from "./refresh-schedule.ts";

const START = Date.parse("2026-01-01T00:00:00Z");
const lasting = (seconds: number) => ({ issuedAt: new Date(START), expiration: new Date(START + seconds * 1000) });

it.each([
  [3600, 3000],
  [43_200, 42_600],
  [1200, 600],
  [900, 450],
  [20, 10],
  [0, 0],
])("a session of %i s is due after %i s", (lifetime, due) => {
  expect(nextRefresh(lasting(lifetime))).toBe(START + due * 1000);
});

it("is fresh, then expiring at the margin, then expired at the expiration itself", () => {
  expect([0, 2999, 3000, 3599, 3600].map((seconds) => freshness(lasting(3600), START + seconds * 1000))).toEqual([
    "fresh",
    "fresh",
    "expiring",
    "expiring",
    "expired",
  ]);
});
