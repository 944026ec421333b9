import { expect, it } from "vitest";
import { credentials } from "../fixtures.test-helper.ts";
import type { CachedFailure } from "./cache-entry.ts";
import { readerAnswer } from "./reader.ts";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const minutes = (count: number): number => count * 60_000;
/** An hour's session with so many minutes left. */
const left = (count: number) => credentials("Old", NOW - minutes(60 - count));
const failed = (secondsAgo: number, fields: Partial<CachedFailure> = {}): CachedFailure => ({
  code: "Throttled",
  message: "no",
  fix: "wait",
  retryable: true,
  attempt: 1,
  failedAt: new Date(NOW - secondsAgo * 1_000),
  ...fields,
});
const denied = { code: "AccessDenied", retryable: false } as const;

it("gives what lasts, and what is in the first half of a short life", () => {
  expect(readerAnswer({ session: left(18) }, NOW)).toEqual({ kind: "session", session: left(18) });
  const short = credentials("Short", NOW - minutes(7), minutes(15));
  expect(readerAnswer({ session: short }, NOW)).toMatchObject({ kind: "session" });
});

it("asks below sixteen minutes, with the valid session to fall back on", () => {
  expect(readerAnswer({ session: left(15) }, NOW)).toEqual({ kind: "ask", valid: left(15) });
});

it("never gives an expired session, nor one from the future", () => {
  expect(readerAnswer({ session: left(0) }, NOW)).toEqual({ kind: "ask" });
  expect(readerAnswer({ session: left(0), failure: failed(0) }, NOW)).toMatchObject({ kind: "failure" });
  expect(readerAnswer({ session: credentials("Later", NOW + minutes(90)) }, NOW)).toEqual({ kind: "ask" });
});

it("gives the valid session while STS is left alone after a failure", () => {
  expect(readerAnswer({ session: left(5), failure: failed(0.5) }, NOW)).toEqual({ kind: "session", session: left(5) });
});

it.each([
  ["throttled, a second", {}, 1],
  ["throttled for the fifth time, 16 seconds", { attempt: 5 }, 16],
  ["throttled for the hundredth time, 30 seconds", { attempt: 100 }, 30],
  ["denied, 15 seconds", denied, 15],
  ["denied for the hundredth time, 15 seconds", { ...denied, attempt: 100 }, 15],
])("leaves STS alone when %s", (_, fields, seconds) => {
  const kind = (secondsAgo: number): string => readerAnswer({ failure: failed(secondsAgo, fields) }, NOW).kind;
  expect([kind(0), kind(seconds - 0.01), kind(seconds)]).toEqual(["failure", "failure", "ask"]);
});

it("does not believe a failure from the future", () => {
  expect(readerAnswer({ failure: failed(-60) }, NOW)).toEqual({ kind: "ask" });
});
