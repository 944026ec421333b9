import { expect, it } from "vitest";
import { duration } from "./duration.ts";

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
