import { describe, expect, it } from "vitest";
import { escapeControlCharacters, safeOutput } from "./escape-control-characters.ts";

describe("escapeControlCharacters", () => {
  it.each([
    ["what controls a terminal", "\u001b[2K\u001b[32mfine", String.raw`\u001b[2K\u001b[32mfine`],
    ["what controls an 8-bit terminal", "\u009b2K", String.raw`\u009b2K`],
    ["line breaks", "Reader\n\nNo findings\r", String.raw`Reader\u000a\u000aNo findings\u000d`],
    ["Unicode line breaks", "a\u2028b\u2029c", String.raw`a\u2028b\u2029c`],
    ["a change of direction", "\u202Erole", String.raw`\u202erole`],
    ["a character without width", "ad\u200Bmin", String.raw`ad\u200bmin`],
    ["a tag character beyond 16 bits", "a\u{E0041}", String.raw`a\udb40\udc41`],
  ])("escapes %s", (_, text, shown) => {
    expect(escapeControlCharacters({ deep: [{ text }] })).toEqual({ deep: [{ text: shown }] });
  });

  it("keeps readable text of any script", () => {
    const value = { name: "Zürich 東京 🚀", count: 3, nothing: null, list: ["a", true] };
    expect(escapeControlCharacters(value)).toEqual(value);
  });
});

describe("safeOutput", () => {
  it("keeps line breaks and the styles of this program", () => {
    expect(safeOutput("\u001b[31merror\u001b[39m: \u001bc\u001b[8mhidden\n  fix: it")).toBe(
      `\u001b[31merror\u001b[39m: ${String.raw`\u001bc\u001b[8mhidden`}\n  fix: it`,
    );
  });

  it.each([
    "##vso[task.setvariable variable=NODE_OPTIONS]--require=/x.js",
    "text before it ##VSO[task.prependpath]/x",
    "##[stop-commands]token",
    "a###[group]b",
    "##teamcity[setParameter name='a' value='b']",
    "::set-env name=PATH::/x",
    "first line\n  ::stop-commands::token",
    "first line\r\n\t::add-mask::x",
    "\u2028::warning::x",
    "\u200b##\u200b[section]",
  ])("breaks the CI command in %j", (text) => {
    // How Azure Pipelines, TeamCity and the runner of GitHub Actions look for commands.
    const lines = safeOutput(text).split(/\r\n|[\n\r\u0085\u2028\u2029]/);
    for (const line of lines) {
      expect(line).not.toMatch(/##\w*\[/);
      expect(line.trimStart()).not.toMatch(/^::/);
    }
  });

  it("keeps the values of JSON", () => {
    const value = { text: "##vso[x] \\##[y] ::z:: \u009b \u{E0041} \u202e" };
    const json = safeOutput(JSON.stringify(value, null, 2));
    expect(JSON.parse(json)).toEqual(value);
    expect(json).not.toMatch(/##\w*\[|[\u0080-\u009f\u202e]/);
  });

  it.each(["## Heading", "a::b", "arn:aws:iam::123456789012:role/x", "# [link](x)"])("keeps %j", (text) => {
    expect(safeOutput(text)).toBe(text);
  });

  it("keeps GitHub's commands where they are the format", () => {
    const text = "::warning title=x::##[y]";
    expect(safeOutput(text, { githubCommands: true })).toBe(String.raw`::warning title=x::\u0023#[y]`);
  });
});

it("takes time in proportion to its text, however many lines are empty", () => {
  // Quadratic, this would take hours.
  const text = `${"\n".repeat(1_000_000)}end`;
  expect(safeOutput(text)).toBe(text);
});
