import { formatDiagnostic } from "@agent-roles/runtime/role-env";
import { describe, expect, it } from "vitest";
import { readText } from "./read-text.ts";
import type { SourceText } from "./source-text.ts";

function read(text: string): SourceText {
  const source = readText(text, "f");
  if ("errors" in source) throw new Error(source.errors.map(formatDiagnostic).join("\n"));
  return source;
}
const value = (text: string): unknown => read(text).value;
const warnings = (text: string): string[] => read(text).warnings.map(formatDiagnostic);

it("ignores a byte order mark", () => {
  expect(value('\uFEFF{"a":1}')).toEqual({ a: 1 });
});

it("gives the line of a key behind quotes, colons and values that look like keys", () => {
  const { lineOf } = read('{\n"x": "a\\"\\n{",\n"y": [":", "Resources"],\n"Resources": {\n"R": {"z": "R"}}}');
  expect([lineOf("Resources"), lineOf("Resources", "R"), lineOf("x"), lineOf("z")]).toEqual([4, 5, 2, undefined]);
});

it.each([
  ["JSON", `${'{"a":'.repeat(250)}1${"}".repeat(250)}`],
  ["YAML", Array.from({ length: 250 }, (_, i) => `${" ".repeat(i)}a:`).join("\n")],
])("refuses %s that is nested too deeply", (_, text) => {
  expect(() => read(text)).toThrow(/nested more than 200 levels deep/u);
});

it("refuses anchors that multiply", () => {
  const lines = Array.from(
    { length: 12 },
    (_, i) => `a${i}: &a${i} [${Array.from({ length: 9 }, () => (i === 0 ? "x" : `*a${i - 1}`)).join()}]`,
  );
  expect(() => read(lines.join("\n"))).toThrow(/aliases|Excessive/u);
});

describe("YAML is read as PyYAML reads it:", () => {
  it.each<[string, string, unknown]>([
    [
      "a flow list at its key's indentation",
      "a:\n  b: [\n  1,\n  { c: d }\n  ]\n  e: f",
      { a: { b: [1, { c: "d" }], e: "f" } },
    ],
    [
      "a flow map that is not indented",
      "a:\n    b: {\n  c: 1,\nd: [\n2] }\ne: 3",
      { a: { b: { c: 1, d: [2] } }, e: 3 },
    ],
    ["a text over lines in such a list", "a:\n  b: [\n  \"x\n  y\", 'z' ]", { a: { b: ["x y", "z"] } }],
    [
      "brackets in comments, texts and block scalars",
      "a: |\n  [ {\nb: 'x [' # {\nc:\n  d: [\n  1 ]",
      { a: "[ {\n", b: "x [", c: { d: [1] } },
    ],
    [
      "a text in quotes that is not indented",
      "a:\n    b: '{\n\n  x: 1\n}'\n    c: \"1\\\n2\"",
      { a: { b: "{\nx: 1 }", c: "12" } },
    ],
    ["the last of equal keys", "a: 1\na: 2", { a: 2 }],
    [
      "anchors and merge keys, which do not override",
      "a: &x { b: !Condition C, d: 1 }\ne: { d: 2, <<: *x }",
      { a: { b: { Condition: "C" }, d: 1 }, e: { b: { Condition: "C" }, d: 2 } },
    ],
    ["the first of several merged objects", "a: { <<: [{ b: 1 }, { b: 2, c: 3 }] }", { a: { b: 1, c: 3 } }],
    ["quotes around <<", '"<<": 1', { "<<": 1 }],
    ["booleans of YAML 1.1, single letters not", "a: [yes, off, y, N]", { a: [true, false, "y", "N"] }],
    ["keys as they are written", "on: 1\n012: 2\n2012-10-17: 3", { on: 1, "012": 2, "2012-10-17": 3 }],
    ["a date as text", "a: 2012-10-17", { a: "2012-10-17" }],
    ["digits of a number that begins with 0", "a: 012345678901", { a: "012345678901" }],
    ["octal numbers", "a: 012345670123", { a: 1402433619 }],
    ["several documents as a list", "a: 1\n---\nb: 2", [{ a: 1 }, { b: 2 }]],
    ["comments only", "# nothing", undefined],
  ])("%s", (_, text, expected) => {
    expect(value(text)).toEqual(expected);
  });

  it("a large text with one flow list that is not indented, in linear time", () => {
    const roles = Array.from({ length: 1000 }, (_, i) => `  R${i}:\n    Type: [\n    a\n    ]\n`);
    expect(value(`Resources:\n${roles.join("")}`)).toMatchObject({ Resources: { R999: { Type: ["a"] } } });
  });
});

describe("what is read differently elsewhere is a warning with its line:", () => {
  it.each([
    [
      '{"Resources": {\n"A": {"B": 1,\n"C": {},\n"\\u0042": 2}}}',
      ['f:4:1: Duplicate key "B": only the last value would be used; keep one of them'],
    ],
    [
      "Statement:\n- Effect: Deny\n  Effect: Allow",
      ['f:3:3: Duplicate key "Effect": only the last value would be used; keep one of them'],
    ],
    ["a: { <<: { b: 1 } }", ["f:1:6: CloudFormation takes no merge key (<<); write out what it merges"]],
    [
      "a:\n- 012345670123",
      ['f:2:3: 012345670123 is an octal number: CloudFormation reads 1402433619; quote it: "012345670123"'],
    ],
    ['{"Resources": {"A": {"B": ["B", {"B": 1}, {"B": 2}]}, "B": {"A": 1}}}', []],
    ["a: { b: 0755, c: 012345678901 }", []],
  ])("%j", (text, expected) => {
    expect(warnings(text)).toEqual(expected);
  });
});
