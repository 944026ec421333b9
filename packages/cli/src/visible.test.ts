import { describe, expect, it } from "vitest";
import { visible, visibleLines } from "./visible.ts";

describe("visible", () => {
  it.each([
    ["what steers a terminal", "\u001b[2K\u001b[32mfine", String.raw`\u{1b}[2K\u{1b}[32mfine`],
    ["what steers one that reads 8 bits", "\u009b2K", String.raw`\u{9b}2K`],
    ["a line of its own", "Reader\n\nNo findings\r", String.raw`Reader\u{a}\u{a}No findings\u{d}`],
    ["lines of Unicode's own", "a\u2028b\u2029c", String.raw`a\u{2028}b\u{2029}c`],
    ["a turn of the direction", "\u202Erole", String.raw`\u{202e}role`],
    ["a letter of no width", "ad\u200Bmin", String.raw`ad\u{200b}min`],
  ])("writes out %s", (_, text, shown) => {
    expect(visible({ deep: [{ text }] })).toEqual({ deep: [{ text: shown }] });
  });

  it("leaves everything else as it is", () => {
    const value = { text: "arn:aws:iam::123456789012:role/Größe → “x” ✓ 日本", line: 3, unknown: null };
    expect(visible(value)).toEqual(value);
  });
});

it("keeps the lines of a text that has some", () => {
  expect(visibleLines("error: \u001bc\n  fix: it")).toBe("error: \\u{1b}c\n  fix: it");
});
