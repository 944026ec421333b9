import { expect, it } from "vitest";
import { duration, parseSeconds } from "./duration.ts";

it.each([
  [-5, "0s"],
  [0, "0s"],
  [119_000, "119s"],
  [120_000, "2m"],
  [3_600_000, "60m"],
  [7_200_000, "2h 0m"],
  [11_520_000, "3h 12m"],
  [7_199_999, "2h 0m"],
])("%i ms read as %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

it.each([
  ["90s", 90],
  ["15m", 900],
  ["2h", 7_200],
  ["0", undefined],
  ["15", undefined],
  ["1.5h", undefined],
  ["-5m", undefined],
  ["15 m", undefined],
  ["15M", undefined],
  ["1h30m", undefined],
  ["", undefined],
])("%j is %s seconds", (text, seconds) => {
  expect(parseSeconds(text)).toBe(seconds);
});
