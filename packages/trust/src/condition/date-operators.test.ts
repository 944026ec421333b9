import { describe, expect, it, vi } from "vitest";
import { dateEquals } from "./date-operators.ts";

describe("dateEquals", () => {
  it("takes a time without a zone for UTC, wherever it runs", () => {
    vi.stubEnv("TZ", "America/New_York");
    expect(new Date(2030, 0, 1).getTimezoneOffset()).toBe(300);
    expect(dateEquals.matches({ text: "2030-01-01T00:00:00" }, "2030-01-01T00:00:00Z")).toBe(true);
  });
});
