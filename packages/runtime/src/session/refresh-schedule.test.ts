import fc from "fast-check";
import { expect, it } from "vitest";
import { advisoryRefreshAt, freshness, refreshAt } from "./refresh-schedule.ts";

const START = Date.parse("2026-01-01T00:00:00Z");
const issuedFor = (seconds: number, accessKeyId = "ASIAEXAMPLE") => ({
  accessKeyId,
  issuedAt: new Date(START),
  expiration: new Date(START + seconds * 1000),
});
const keyIds = Array.from({ length: 400 }, (_, n) => `ASIA${String(n).padStart(9, "0")}EXAMPLE`);

it.each([
  [3600, 3000, 60],
  [43_200, 42_600, 60],
  [1200, 600, 20],
  [900, 450, 15],
  [20, 10, 1 / 3],
  [0, 0, 0],
])("a session of %i s is due after %i s, less a jitter of at most %f s", (lifetime, deadline, jitter) => {
  const due = keyIds.map((keyId) => refreshAt(issuedFor(lifetime, keyId)) - START);
  expect(Math.max(...due)).toBeLessThanOrEqual(deadline * 1000);
  expect(Math.min(...due)).toBeGreaterThanOrEqual((deadline - jitter) * 1000 - 1);
});

it("spreads roles that were assumed together evenly over the jitter", () => {
  const seconds = keyIds.map((keyId) => Math.floor((START + 3000_000 - refreshAt(issuedFor(3600, keyId))) / 10_000));
  const perTenSeconds = [0, 1, 2, 3, 4, 5].map((slot) => seconds.filter((second) => second === slot).length);
  expect(Math.min(...perTenSeconds)).toBeGreaterThan(40);
});

it("comes to the same moment in every process", () => {
  expect(refreshAt(issuedFor(3600))).toBe(refreshAt(issuedFor(3600)));
});

it.each([
  [3600, 3600 - 16 * 60],
  [1800, 900],
  [900, 450],
])("a reader that refreshes itself finds newer credentials of a session of %i s after %i s", (lifetime, early) => {
  expect(advisoryRefreshAt(issuedFor(lifetime)) - START).toBeLessThanOrEqual(early * 1000);
  expect(advisoryRefreshAt(issuedFor(lifetime)) - START).toBeGreaterThan((early - 60) * 1000);
});

it("is early before it is due, and due before it expires, whatever the length", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 43_200_000 }), fc.string(), (lifetimeMs, keyId) => {
      const session = issuedFor(lifetimeMs / 1000, keyId);
      expect(advisoryRefreshAt(session)).toBeLessThanOrEqual(refreshAt(session));
      expect(refreshAt(session)).toBeLessThan(session.expiration.getTime());
    }),
  );
});

it("is fresh, then expiring when it is due, then expired at the expiration itself", () => {
  const session = issuedFor(3600);
  const due = refreshAt(session);
  const end = session.expiration.getTime();
  expect([START, due - 1, due, end - 1, end].map((now) => freshness(session, now))).toEqual([
    "fresh",
    "fresh",
    "expiring",
    "expiring",
    "expired",
  ]);
});
