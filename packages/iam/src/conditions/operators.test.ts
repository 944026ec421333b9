import { expect, it, vi } from "vitest";
import { parseOperator } from "./operators.ts";

it("DateEquals takes a time without a zone for UTC in every time zone", () => {
  vi.stubEnv("TZ", "America/New_York");
  expect(new Date(2030, 0, 1).getTimezoneOffset()).toBe(300);
  const { operator } = parseOperator("DateEquals");
  expect(operator?.matches({ text: "2030-01-01T00:00:00" }, "2030-01-01T00:00:00Z")).toBe(true);
});
